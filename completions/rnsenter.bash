# Options end at the first operand. What follows is a command line of its own, with its own completion.
_rnsenter_line() {
    local at operands=0
    # Bash splits words at = and : too.
    for ((at = 1; at < COMP_CWORD; at++)); do
        case ${COMP_WORDS[at]} in
            --) ((at++)) && break ;;
            [=:]) ((at++)) ;;
            -t | --target | -N | --net-socket | -S | --setuid | -G | --setgid) [[ ${COMP_WORDS[at + 1]} == = ]] || ((at++)) ;;
            -?*) ;;
            *) break ;;
        esac
    done
    if [[ ${COMP_WORDS[COMP_CWORD]} == [=:] ]] || ((at > COMP_CWORD)); then
        local option=$3
        [[ ${COMP_WORDS[COMP_CWORD]} == = ]] || [[ $3 != = ]] || option=${COMP_WORDS[COMP_CWORD - 2]}
        _rnsenter "$1" "$2" "$option"
    elif [[ $at -eq $COMP_CWORD && $2 == -* ]]; then
        _rnsenter "$@"
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

_rnsenter() {
    local i cur prev opts cmd
    COMPREPLY=()
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        cur="$2"
    else
        cur="${COMP_WORDS[COMP_CWORD]}"
    fi
    prev="$3"
    cmd=""
    opts=""

    for i in "${COMP_WORDS[@]:0:COMP_CWORD}"
    do
        case "${cmd},${i}" in
            ",$1")
                cmd="rnsenter"
                ;;
            *)
                ;;
        esac
    done

    case "${cmd}" in
        rnsenter)
            opts="-a -h -V -t -m -u -i -n -N -p -U -C -T -S -G -r -w -W -e -F -c -Z --all --help --version --target --mount --uts --ipc --net --net-socket --pid --user --cgroup --time --setuid --setgid --root --wd --wdns --env --no-fork --join-cgroup --preserve-credentials --keep-caps --user-parent --follow-context --clear-env --close-fds --no-new-privs --new-session"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 1 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --target)
                    COMPREPLY=($(compgen -W "$(cd /proc && echo [0-9]*)" -- "${cur}"))
                    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
                        compopt -o plusdirs
                    fi
                    return 0
                    ;;
                -t)
                    COMPREPLY=($(compgen -W "$(cd /proc && echo [0-9]*)" -- "${cur}"))
                    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
                        compopt -o plusdirs
                    fi
                    return 0
                    ;;
                --net-socket)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -N)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --setuid)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -S)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --setgid)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -G)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                *)
                    COMPREPLY=()
                    ;;
            esac
            COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
            return 0
            ;;
    esac
}

if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -F _rnsenter_line -o nosort -o bashdefault -o default rnsenter
else
    complete -F _rnsenter_line -o bashdefault -o default rnsenter
fi
