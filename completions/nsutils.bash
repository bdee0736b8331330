# The first word names a program, whose own completion knows the words behind it.
_nsutils() {
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W '--help --version runshare unshare rnsenter nsenter rlsns lsns rchroot chroot' -- "$2")
    elif [[ ' runshare unshare rnsenter nsenter rlsns lsns rchroot chroot ' == *" ${COMP_WORDS[1]} "* ]]; then
        if declare -F _comp_command_offset >/dev/null; then
            _comp_command_offset 1
        elif declare -F _command_offset >/dev/null; then
            _command_offset 1
        fi
    fi
}
complete -F _nsutils nsutils
