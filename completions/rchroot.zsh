#compdef rchroot

autoload -U is-at-least

_rchroot() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C -A '-*')
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'*--groups=[have these supplementary groups, and no others; none if empty]:GROUP,...:_default' \
'*--userspec=[be this user, in this group or else the user'\''s own; either may be left out]:USER\:GROUP:_default' \
'*--chdir=[start in this directory, as it is called inside]:DIR:_files -/' \
'--skip-chdir[stay in the present directory; only if NEWROOT is the old '\''/'\'']' \
'--help[show this help and end]' \
'--version[show the version and end]' \
'--close-fds[the program gets no descriptors but standard input, output and error]' \
'--no-new-privs[no program inside gains privileges, by its set-user-ID bit or otherwise]' \
'--new-session[the program, a child, is in a session of its own and cannot type into the terminal]' \
':newroot:_files -/' \
'*:::program:_normal' \
&& ret=0
}

(( $+functions[_rchroot_commands] )) ||
_rchroot_commands() {
    local commands; commands=()
    _describe -t commands 'rchroot commands' commands "$@"
}

if [ "$funcstack[1]" = "_rchroot" ]; then
    _rchroot "$@"
else
    compdef _rchroot rchroot
fi
