# Options end at the first operand. What follows is a command line of its own, with its own completion.
_NAME_line() {
    local at operands=OPERANDS
    # Bash splits words at = and : too.
    for ((at = 1; at < COMP_CWORD; at++)); do
        case ${COMP_WORDS[at]} in
            --) ((at++)) && break ;;
            [=:]) ((at++)) ;;
            VALUED) [[ ${COMP_WORDS[at + 1]} == = ]] || ((at++)) ;;
            -?*) ;;
            *) break ;;
        esac
    done
    if [[ ${COMP_WORDS[COMP_CWORD]} == [=:] ]] || ((at > COMP_CWORD)); then
        local option=$3
        [[ ${COMP_WORDS[COMP_CWORD]} == = ]] || [[ $3 != = ]] || option=${COMP_WORDS[COMP_CWORD - 2]}
        _NAME "$1" "$2" "$option"
    elif [[ $at -eq $COMP_CWORD && $2 == -* ]]; then
        _NAME "$@"
    elif ((COMP_CWORD < at + operands)); then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$2")
    elif declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset $((at + operands))
    elif declare -F _command_offset >/dev/null; then
        _command_offset $((at + operands))
    elif ((COMP_CWORD == at + operands)); then
        mapfile -t COMPREPLY < <(compgen -c -- "$2")
    fi
}

