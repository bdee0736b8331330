#compdef runshare

autoload -U is-at-least

# What the completions of all programs share: each function offers what it is named after.

# A process decides what it is called, so only printable ASCII is shown of it. Kernel threads cannot be entered; their
# flag is PF_KTHREAD.
__nsutils_processes() {
    setopt localoptions extendedglob
    local LC_ALL=C
    local -a processes fields
    local directory stat command
    for directory in /proc/<1->(N/); do
        stat=
        { IFS= read -r -d '' stat <$directory/stat } 2>/dev/null
        [[ $stat == *\(*\)* ]] || continue
        command=${${stat#*\(}%\)*}
        fields=(${=stat##*\)})
        ((fields[7] & 0x200000)) || processes+=("${directory:t}:${command//[^ -~]/?}")
    done
    _describe -t processes process processes "$@"
}

# The containers that rlsns finds, each once: the short id, and the engine that made it. rlsns stands beside the program.
__nsutils_containers() {
    local program=${(Q)words[1]} line
    local -a asked found
    asked=(${program%"${program:t}"}rlsns --noheadings --raw --list --output CONTAINER --filter CONTAINER)
    for line in ${(fu)"$(_call_program containers ${(q)asked} 2>/dev/null)"}; do
        [[ $line =~ '^[a-z]+:[0-9a-f]+$' ]] && found+=("${line#*:}:${line%%:*}")
    done
    _describe -t containers container found "$@"
}

# What has namespaces: a container, a process, or a directory of persistent ones.
__nsutils_targets() {
    if [[ $PREFIX != *[/.~]* ]]; then
        __nsutils_containers -V containers "$@"
        __nsutils_processes -V processes "$@" && return
    fi
    _files -/ "$@"
}

# The program itself knows these; a line of what it prints is a number or name and what it is.
__nsutils_told() { # TAG OPTION... -- WORDS-OF-COMPADD...
    local tag=$1 line
    local -a asked found fields
    shift
    asked=("${(@)argv[1,(i)--]}")
    shift $#asked
    for line in ${(f)"$(_call_program $tag ${(q)words[1]} ${(q)asked[1,-2]} 2>/dev/null)"}; do
        fields=(${=line})
        found+=("$fields[1]:${${(j: :)fields[2,-1]}//\\x20/ }")
    done
    _describe -t $tag $tag found "$@"
}

__nsutils_namespaces() {
    __nsutils_told namespaces --noheadings --raw --output NS,TYPE,COMMAND -- "$@"
}

__nsutils_columns() {
    __nsutils_told columns --list-columns -- "$@"
}

# Whole paths, and so only where nothing is typed: from there on it is files below what is typed, and both at once have
# no beginning in common, which zsh would put in place of it.
__nsutils_namespace_files() { # KIND
    local -a found fields
    local line
    if [[ $PREFIX ]]; then
        _files
        return
    fi
    while read -r line; do
        fields=(${=line})
        [[ $fields[4] == $1:* ]] && found+=(${(g::)fields[5]})
    done </proc/self/mountinfo
    (($#found)) && compadd -f -- $found
    _files
}

__nsutils_users() {
    _users "$@"
}

__nsutils_groups() {
    _groups "$@"
}

__nsutils_signals() {
    local -a names
    names=(${signals:#(EXIT|ZERR|DEBUG)})
    _describe -t signals signal names
}

__nsutils_variables() {
    _parameters -g '*export*' "$@"
}

__nsutils_list() { # FUNCTION
    compset -P '+'
    compset -P '*,'
    __nsutils_$1 -qS,
}

__nsutils_user_group() {
    if compset -P '*:'; then
        _groups
    else
        _users -qS:
    fi
}

_runshare() {
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
'*-m[new mounts, a copy of the caller'\''s]' \
'*--mount=-[new mounts, a copy of the caller'\''s]::FILE:_files' \
'*-u[a host name and domain name of its own]' \
'*--uts=-[a host name and domain name of its own]::FILE:_files' \
'*-i[System V IPC and POSIX message queues of its own]' \
'*--ipc=-[System V IPC and POSIX message queues of its own]::FILE:_files' \
'*-n[a network of its own, with nothing but a loopback]' \
'*--net=-[a network of its own, with nothing but a loopback]::FILE:_files' \
'*-p[process numbers from 1 on, for the children\: see --fork]' \
'*--pid=-[process numbers from 1 on, for the children\: see --fork]::FILE:_files' \
'*-U[users, groups and capabilities of its own]' \
'*--user=-[users, groups and capabilities of its own]::FILE:_files' \
'*-C[the present cgroup becomes the root of /proc/PID/cgroup]' \
'*--cgroup=-[the present cgroup becomes the root of /proc/PID/cgroup]::FILE:_files' \
'*-T[clocks of its own, for the children]' \
'*--time=-[clocks of its own, for the children]::FILE:_files' \
'*--kill-child=-[the child gets this signal (KILL) when runshare dies; implies --fork]::SIGNAME: __nsutils_signals' \
'*--mount-proc=-[a proc of the new namespaces on DIR (/proc); implies --mount]::DIR:_files -/' \
'*--mount-binfmt=-[a binfmt_misc of its own on DIR; implies --mount and --user]::DIR:_files -/' \
'*--map-user=[be this user inside]:UID|NAME: __nsutils_users' \
'*--map-users=[map users\: INNER\:OUTER\:COUNT, auto, subids or all; may be repeated]:MAP:(auto subids all)' \
'*--map-group=[be this group inside]:GID|NAME: __nsutils_groups' \
'*--map-groups=[map groups likewise]:MAP:(auto subids all)' \
'*--owner=[become these before the user namespace is made, so that they own it]:UID\:GID: ' \
'*--propagation=[how mounts travel between inside and outside\: private (as it is without this option), shared, slave or unchanged]:MODE:(private shared slave unchanged)' \
'*--setgroups=[whether setgroups(2) may be called inside]:allow|deny:(allow deny)' \
'*-S+[become this user before the program starts]:UID: ' \
'*--setuid=[become this user before the program starts]:UID: ' \
'*-G+[become this group, with no others, before the program starts]:GID: ' \
'*--setgid=[become this group, with no others, before the program starts]:GID: ' \
'*-R+[run the program with this root directory]:DIR:_files -/' \
'*--root=[run the program with this root directory]:DIR:_files -/' \
'*-w+[run the program in this directory]:DIR:_files -/' \
'*--wd=[run the program in this directory]:DIR:_files -/' \
'*--monotonic=[shift the monotonic clock by so many seconds]:OFFSET: ' \
'*--boottime=[shift the clock since boot by so many seconds]:OFFSET: ' \
'*-l+[register this interpreter with binfmt_misc inside; implies --mount-binfmt]:STRING: ' \
'*--load-interp=[register this interpreter with binfmt_misc inside; implies --mount-binfmt]:STRING: ' \
'*--whitelist-env=[the program gets only these variables, named with commas between them]:LIST: __nsutils_list variables' \
'*--hostname=[the host name inside; implies --uts]:NAME: ' \
'*--domainname=[the NIS domain name inside; implies --uts]:NAME: ' \
'*--persist=[keep every namespace that has no FILE in DIR, which is made for it]:DIR:_files -/' \
'*--unpersist=[let them go again, remove DIR, and run nothing]:DIR:_files -/' \
'-h[show this help and end]' \
'--help[show this help and end]' \
'-V[show the version and end]' \
'--version[show the version and end]' \
'-f[run the program as a child, which is PID 1 with --pid]' \
'--fork[run the program as a child, which is PID 1 with --pid]' \
'--forward-signals[hand INT and TERM on to the child; implies --fork]' \
'-r[be root inside]' \
'--map-root-user[be root inside]' \
'-c[be the same user and group inside]' \
'--map-current-user[be the same user and group inside]' \
'--map-auto[map users and groups from 0 up to your subordinate ids]' \
'--map-subids[map your subordinate ids to themselves]' \
'--keep-caps[the program keeps the capabilities of the user namespace]' \
'--clear-env[the program gets an empty environment]' \
'--loopback[the network'\''s loopback device is up; implies --net]' \
'--init[run the program below an init of ours, which is PID 1; implies --fork and --pid]' \
'--pivot-root[with --root, exchange the root itself\: nothing is left of the old one; implies --mount]' \
'--check[tell which namespaces can be made here, those named or all, and run nothing]' \
'--json[with --check, tell it as JSON]' \
'--close-fds[the program gets no descriptors but standard input, output and error]' \
'--no-new-privs[no program inside gains privileges, by its set-user-ID bit or otherwise]' \
'--new-session[the program, a child, is in a session of its own and cannot type into the terminal]' \
'*:::program:_normal' \
&& ret=0
}

(( $+functions[_runshare_commands] )) ||
_runshare_commands() {
    local commands; commands=()
    _describe -t commands 'runshare commands' commands "$@"
}

if [ "$funcstack[1]" = "_runshare" ]; then
    _runshare "$@"
else
    compdef _runshare runshare
fi
