# The first word names a program, whose own completion knows the words behind it.
function __nsutils_names_program
    test (count (commandline -opc)) -eq 1
end

function __nsutils_argument
    set -l words (commandline -opc) (commandline -ct)
    contains -- $words[2] runshare unshare rnsenter nsenter rlsns lsns rchroot chroot
    or return
    set -l line (string join -- ' ' (string escape -- $words[2..-2]) $words[-1])
    complete "--do-complete=$line"
end

complete -c nsutils -f
complete -c nsutils -n __nsutils_names_program -a 'runshare unshare rnsenter nsenter rlsns lsns rchroot chroot'
complete -c nsutils -n 'not __nsutils_names_program' -a '(__nsutils_argument)'
complete -c nsutils -n __nsutils_names_program -s h -l help -d 'show this help and exit'
complete -c nsutils -n __nsutils_names_program -s V -l version -d 'show the version and exit'
