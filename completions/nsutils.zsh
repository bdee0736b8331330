#compdef nsutils
# The first word names a program, whose own completion knows the words behind it.
_arguments -S -A '-*' \
    '(- *)'{-h,--help}'[show this help and exit]' \
    '(- *)'{-V,--version}'[show the version and exit]' \
    '1:program:(runshare unshare rnsenter nsenter rlsns lsns rchroot chroot)' \
    '*::argument:{[[ " runshare unshare rnsenter nsenter rlsns lsns rchroot chroot " == *" $words[1] "* ]] && _normal}'
