# Options end at the first operand. What follows is a command line of its own, with its own completion.
_runshare_line() {
    local at operands=0
    # Bash splits words at = and : too.
    for ((at = 1; at < COMP_CWORD; at++)); do
        case ${COMP_WORDS[at]} in
            --) ((at++)) && break ;;
            [=:]) ((at++)) ;;
            --map-user | --map-users | --map-group | --map-groups | --owner | --propagation | --setgroups | -S | --setuid | -G | --setgid | -R | --root | -w | --wd | --monotonic | --boottime | -l | --load-interp | --whitelist-env | --hostname | --domainname | --persist | --unpersist) [[ ${COMP_WORDS[at + 1]} == = ]] || ((at++)) ;;
            -?*) ;;
            *) break ;;
        esac
    done
    if [[ ${COMP_WORDS[COMP_CWORD]} == [=:] ]] || ((at > COMP_CWORD)); then
        local option=$3
        [[ ${COMP_WORDS[COMP_CWORD]} == = ]] || [[ $3 != = ]] || option=${COMP_WORDS[COMP_CWORD - 2]}
        _runshare "$1" "$2" "$option"
    elif [[ $at -eq $COMP_CWORD && $2 == -* ]]; then
        _runshare "$@"
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

_runshare() {
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
                cmd="runshare"
                ;;
            *)
                ;;
        esac
    done

    case "${cmd}" in
        runshare)
            opts="-h -V -m -u -i -n -p -U -C -T -f -r -c -S -G -R -w -l --help --version --mount --uts --ipc --net --pid --user --cgroup --time --fork --kill-child --forward-signals --mount-proc --mount-binfmt --map-user --map-users --map-group --map-groups --map-root-user --map-current-user --map-auto --map-subids --owner --propagation --setgroups --keep-caps --setuid --setgid --root --wd --monotonic --boottime --load-interp --clear-env --whitelist-env --hostname --domainname --loopback --init --pivot-root --persist --unpersist --check --json --close-fds --no-new-privs --new-session"
            if [[ ${cur} == -* || ${COMP_CWORD} -eq 1 ]] ; then
                COMPREPLY=( $(compgen -W "${opts}" -- "${cur}") )
                return 0
            fi
            case "${prev}" in
                --map-user)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --map-users)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --map-group)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --map-groups)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --owner)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --propagation)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --setgroups)
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
                --root)
                    COMPREPLY=()
                    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
                        compopt -o plusdirs
                    fi
                    return 0
                    ;;
                -R)
                    COMPREPLY=()
                    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
                        compopt -o plusdirs
                    fi
                    return 0
                    ;;
                --wd)
                    COMPREPLY=()
                    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
                        compopt -o plusdirs
                    fi
                    return 0
                    ;;
                -w)
                    COMPREPLY=()
                    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
                        compopt -o plusdirs
                    fi
                    return 0
                    ;;
                --monotonic)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --boottime)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --load-interp)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                -l)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --whitelist-env)
                    COMPREPLY=($(compgen -f "${cur}"))
                    return 0
                    ;;
                --hostname)
                    COMPREPLY=("${cur}")
                    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
                        compopt -o nospace
                    fi
                    return 0
                    ;;
                --domainname)
                    COMPREPLY=("${cur}")
                    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
                        compopt -o nospace
                    fi
                    return 0
                    ;;
                --persist)
                    COMPREPLY=()
                    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
                        compopt -o plusdirs
                    fi
                    return 0
                    ;;
                --unpersist)
                    COMPREPLY=()
                    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
                        compopt -o plusdirs
                    fi
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
    complete -F _runshare_line -o nosort -o bashdefault -o default runshare
else
    complete -F _runshare_line -o bashdefault -o default runshare
fi
