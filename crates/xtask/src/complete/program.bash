
# Options end at the first operand; the program is a command line of its own, with its own completion.
_NAME_program() { # WORD
INSIDE    compopt -o bashdefault -o default
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "${begins[$1]}"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "${begins[$1]}"
    elif (($1 == last)); then
        mapfile -t COMPREPLY < <(compgen -c -- "$part")
    fi
}
