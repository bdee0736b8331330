#compdef runshare

autoload -U is-at-least

# What the completions of all programs share: each function offers what it is named after.

# A process decides what it is called, so only printable ASCII is shown of it. Kernel threads cannot be entered; their
# flag is PF_KTHREAD.
__nsutils_processes() {
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

# The containers that rlsns finds, each once: the short id, and the engine that made it. rlsns is beside the program.
__nsutils_containers() {
    local program=${(Q)words[1]} line
    local -a asked found
    asked=(${program%"${program:t}"}rlsns --noheadings --raw --list --output CONTAINER --filter CONTAINER)
    for line in ${(fu)"$(_call_program containers ${(q)asked} 2>/dev/null)"}; do
        [[ $line =~ '^[a-z]+:[0-9a-f]+$' ]] && found+=("${line#*:}:${line%%:*}")
    done
    _describe -t containers container found "$@"
}

# The network namespaces that have a name. Nothing is asked of what has it, which may be a file system that is silent.
__nsutils_networks() { # PREFIX WORDS-OF-COMPADD...
    local -a names
    local prefix=$1
    shift
    names=(/run/netns/*(N))
    names=(${${names##*/}/#/$prefix})
    __nsutils_remove_odd
    compadd "$@" -V networks -a - names
}

# What has namespaces: a container, a process or namespace, a network, or a file or directory.
__nsutils_targets() { # processes|namespaces WORDS-OF-COMPADD...
    local what=$1
    local -i found=0
    shift
    if [[ $PREFIX == ([.~]*|*/*) ]]; then
        _files "$@"
        return
    fi
    # Other words begin with a hexadecimal digit.
    if [[ $PREFIX != [^0-9a-f]* ]]; then
        __nsutils_containers -V containers "$@" && found=1
        __nsutils_$what -V $what "$@" && found=1
    fi
    __nsutils_networks netns: "$@" && found=1
    ((found)) || _files -/ "$@"
}

# The program itself knows these; a line of what it prints is a number or name and what it is, where what a terminal
# would act upon is written as \x1b.
__nsutils_told() { # TAG OPTION... -- WORDS-OF-COMPADD...
    local tag=$1 line
    local -a asked found fields
    shift
    asked=("${(@)argv[1,(i)--]}")
    shift $#asked
    for line in ${(f)"$(_call_program $tag ${(q)words[1]} ${(q)asked[1,-2]} 2>/dev/null)"}; do
        fields=(${=line})
        line=${${(j: :)fields[2,-1]}//\\x20/ }
        found+=("$fields[1]:${line//\\/\\\\}")
    done
    _describe -t $tag $tag found "$@"
}

__nsutils_namespaces() {
    __nsutils_told namespaces --noheadings --raw --output NS,TYPE,COMMAND -- "$@"
}

__nsutils_columns() {
    __nsutils_told columns --list-columns -- "$@"
}

# Takes those names out of $names that a terminal would act upon.
__nsutils_remove_odd() {
    local name
    local -a plain
    for name in $names; do
        __nsutils_is_odd "$name" || plain+=("$name")
    done
    names=($plain)
}

# Whether a terminal would act upon a name: control characters, also those of two bytes, and what turns the direction.
__nsutils_is_odd() { # NAME
    setopt localoptions nomultibyte
    local LC_ALL=C
    [[ $1 == *[[:cntrl:]]* || $1 == *$'\xc2'[$'\x80'-$'\x9f']* || $1 == *$'\xd8\x9c'* ||
        $1 == *$'\xe2\x80'[$'\x8e'$'\x8f'$'\xa8'-$'\xae']* || $1 == *$'\xe2\x81'[$'\xa6'-$'\xa9']* ]]
}

# Whole paths, and so only where nothing is typed: from there on it is files below what is typed, and both at once have
# no beginning in common, which zsh would put in place of it.
__nsutils_namespace_files() { # KIND
    local -a names fields
    local line
    if [[ ! $PREFIX ]]; then
        while read -r line; do
            fields=(${=line})
            [[ $fields[4] != $1:* ]] || names+=(${(g:o:)fields[5]})
        done </proc/self/mountinfo
        __nsutils_remove_odd
        compadd -f -a names
    fi
    _files
}

# The files of networks that have a name, to mount a new one on; as above.
__nsutils_network_files() {
    [[ $PREFIX ]] || __nsutils_networks /run/netns/ -f
    _files
}

__nsutils_users() {
    local expl
    local -a names
    zstyle -a ":completion:${curcontext}:users" users names || names=(${(k)userdirs})
    __nsutils_remove_odd
    _wanted users expl user compadd "$@" -a - names
}

__nsutils_groups() {
    local expl
    local -a names
    zstyle -a ":completion:${curcontext}:" groups names ||
        names=(${${(f)"$(_call_program groups getent group 2>/dev/null)"}%%:*})
    __nsutils_remove_odd
    _wanted groups expl group compadd "$@" -a - names
}

__nsutils_variables() {
    _parameters -g '*export*' "$@"
}

# What a function finds, and the word follow.
__nsutils_or_follow() { # FUNCTION WORDS-OF-COMPADD...
    compadd "${@[2,-1]}" -- follow
    "$@"
}

__nsutils_list() { # COMMAND...
    compset -P '+'
    compset -P '*,'
    "$@"
}

__nsutils_user_group() {
    if compset -P '*:'; then
        __nsutils_groups
    else
        __nsutils_users -qS:
    fi
}

# The root that an option before the cursor names.
__nsutils_root_option() {
    local number
    REPLY=
    for ((number = 2; number < CURRENT; number++)); do
        case $words[number] in
            --root=*) REPLY=${(Q)words[number]#*=} ;;
            --root | -R) ((number + 1 < CURRENT)) && REPLY=${(Q)words[++number]} ;;
        esac
    done
}

# Where a directory of a root is, in REPLY: a link leads to what it leads to inside, and never out of the root.
__nsutils_enter() { # ROOT DIRECTORY
    local root=${1%/} left=$2 name target
    local -i links=0
    REPLY=
    while [[ -n $left ]]; do
        name=${left%%/*}
        left=${${left#"$name"}#/}
        if [[ $name == .. ]]; then
            REPLY=${REPLY%/*}
        elif [[ -L $root$REPLY/$name ]]; then
            ((links++ < 40)) || return 1
            target=$(readlink -- $root$REPLY/$name && print -rn x)
            target=${target%$'\n'x}
            [[ $target != /* ]] || REPLY=
            left=$target/$left
        elif [[ -n $name && $name != . ]]; then
            REPLY+=/$name
        fi
    done
    REPLY=$root$REPLY
    [[ -d $REPLY/ ]]
}

# What there is in a root below what is typed, as from inside. A name that a terminal would act upon is left out.
__nsutils_inside() { # ROOT directories|paths
    local REPLY root=${1/#\~\//$HOME/} above=/ here entry name
    local -a directories others
    [[ $PREFIX != */* ]] || above=${PREFIX%/*}/
    __nsutils_enter "$root" "${(Q)above}" || return 1
    here=$REPLY
    for entry in $here/*(DN); do
        name=${entry##*/}
        ! __nsutils_is_odd "$name" || continue
        if [[ -d $entry || -L $entry ]] && __nsutils_enter "$root" "${(Q)above}$name"; then
            directories+=("$name")
        else
            others+=("$name")
        fi
    done
    compset -P '*/'
    compadd -q -S/ -- $directories
    [[ $2 == directories ]] || compadd -- $others
}

# A value that is a path of the new root, or of the caller's if none is named.
__nsutils_inside_value() { # directories|paths
    local REPLY
    __nsutils_root_option
    if [[ -n $REPLY ]]; then
        __nsutils_inside "$REPLY" $1
    elif [[ $1 == paths ]]; then
        _files
    else
        _files -/
    fi
}

# SRC is outside, DST inside.
__nsutils_bind() {
    if [[ $PREFIX != *:* ]]; then
        _files
    elif [[ $PREFIX == *:*:* ]]; then
        compset -P '*[:,]'
        compadd -q -S, -- idmap nodev noexec nosuid
    else
        compset -P '*:'
        __nsutils_inside_value paths
    fi
}

# The program: a path of it, or of its arguments, is one of the root.
__nsutils_command() { # ROOT
    if [[ -n $1 && $PREFIX == /* ]]; then
        __nsutils_inside "$1" paths
    else
        _normal
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
'*-m[new mounts, initially a copy of the caller'\''s]' \
'*--mount=-[new mounts, initially a copy of the caller'\''s]::FILE:_files' \
'*-u[a new host name and domain name]' \
'*--uts=-[a new host name and domain name]::FILE:_files' \
'*-i[new System V IPC and POSIX message queues]' \
'*--ipc=-[new System V IPC and POSIX message queues]::FILE:_files' \
'*-n[a new network, with only a loopback device]' \
'*--net=-[a new network, with only a loopback device]::FILE: __nsutils_network_files' \
'*-p[new process IDs from 1 on, for the children\: see --fork]' \
'*--pid=-[new process IDs from 1 on, for the children\: see --fork]::FILE:_files' \
'*-U[new users, groups and capabilities]' \
'*--user=-[new users, groups and capabilities]::FILE:_files' \
'*-C[the current cgroup becomes the root of /proc/PID/cgroup]' \
'*--cgroup=-[the current cgroup becomes the root of /proc/PID/cgroup]::FILE:_files' \
'*-T[new clocks, for the children]' \
'*--time=-[new clocks, for the children]::FILE:_files' \
'*--kill-child=-[send this signal (KILL) to the child when runshare dies; implies --fork]::SIGNAME:(HUP INT QUIT ILL TRAP ABRT IOT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO POLL PWR SYS)' \
'*--mount-proc=-[mount a proc of the new namespaces on DIR (/proc); implies --mount]::DIR:_files -/' \
'*--mount-binfmt=-[mount a new binfmt_misc on DIR; implies --mount and --user]::DIR:_files -/' \
'*--map-user=[map the caller'\''s user to this one inside]:UID|NAME: __nsutils_users' \
'*--map-users=[map users\: INNER\:OUTER\:COUNT, auto, subids or all; may be repeated]:MAP:(auto subids all)' \
'*--map-group=[map the caller'\''s group to this one inside]:GID|NAME: __nsutils_groups' \
'*--map-groups=[map groups, with the same MAP]:MAP:(auto subids all)' \
'*--owner=[change to these IDs first, so that they own the user namespace]:UID\:GID: ' \
'*--propagation=[propagation of the new mounts\: private (default), shared, slave or unchanged]:MODE:(private shared slave unchanged)' \
'*--setgroups=[allow or deny setgroups(2) inside]:allow|deny:(allow deny)' \
'*-S+[change to this user before the program starts]:UID|NAME: __nsutils_users' \
'*--setuid=[change to this user before the program starts]:UID|NAME: __nsutils_users' \
'*-G+[change to this group, and drop all others, before the program starts]:GID|NAME: __nsutils_groups' \
'*--setgid=[change to this group, and drop all others, before the program starts]:GID|NAME: __nsutils_groups' \
'*-R+[run the program with this root directory]:DIR:_files -/' \
'*--root=[run the program with this root directory]:DIR:_files -/' \
'*-w+[run the program in this directory]:DIR: __nsutils_inside_value directories' \
'*--wd=[run the program in this directory]:DIR: __nsutils_inside_value directories' \
'*--monotonic=[add this many seconds to the monotonic clock]:OFFSET: ' \
'*--boottime=[add this many seconds to the clock since boot]:OFFSET: ' \
'*-l+[register this interpreter with the new binfmt_misc; implies --mount-binfmt]:STRING: ' \
'*--load-interp=[register this interpreter with the new binfmt_misc; implies --mount-binfmt]:STRING: ' \
'*--whitelist-env=[run the program with only these variables, separated by commas]:LIST: __nsutils_list __nsutils_variables -qS,' \
'*--hostname=[set the host name inside; implies --uts]:NAME: ' \
'*--domainname=[set the NIS domain name inside; implies --uts]:NAME: ' \
'*--network=[connect the network by pasta or slirp4netns; implies --net and --fork]:HELPER[\:ARGUMENTS]:(pasta slirp4netns)' \
'*--publish=[have port HOST (of 127.0.0.1) lead to port INSIDE of --network]:[ADDRESS\:]HOST\:INSIDE[/udp]: ' \
'*--persist=[make each namespace without a FILE persistent in DIR, which is created]:DIR:_files -/' \
'*--unpersist=[remove the persistent namespaces in DIR, and DIR, and run nothing]:DIR:_files -/' \
'*--cap-drop=[drop these capabilities, separated by commas, for good; may be repeated]:LIST|all: __nsutils_list compadd -qS, -- all chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore' \
'*--limit=[set a resource limit, as prlimit names them; may be repeated]:RESOURCE=SOFT[\:HARD]: compadd -S= -- as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack' \
'*--cgroup-limit=[run the program in a new cgroup v2 with these limits; implies --fork]:memory=SIZE,pids=N,cpu=N%: __nsutils_list compadd -S= -- memory pids cpu' \
'*--mount-api=-[mount proc, sys, dev, run, tmp and resolv.conf inside]::host|private|rescue:(host private rescue)' \
'*--mount-sys=-[mount a read-only sysfs on DIR (/sys)]::DIR: __nsutils_inside_value directories' \
'*--mount-dev=-[mount a /dev with few devices on DIR (/dev)]::DIR: __nsutils_inside_value directories' \
'*--resolv-conf=[whether the caller'\''s /etc/resolv.conf is seen inside]:auto|off:(auto off)' \
'*--bind=[show a file or directory of outside at DST inside; may be repeated]:SRC[\:DST[\:OPTIONS]]: __nsutils_bind' \
'*--bind-ro=[the same, read-only]:SRC[\:DST[\:OPTIONS]]: __nsutils_bind' \
'*--tmpfs=[mount a tmpfs on DIR inside; may be repeated]:DIR[\:OPTIONS]: __nsutils_inside_value directories' \
'*--overlay=[what is written to the root goes to DIR/upper; implies --fork]:DIR:_files -/' \
'*--changes=[list what differs in the DIR of --overlay, and run nothing]:DIR:_files -/' \
'-h[show this help and exit]' \
'--help[show this help and exit]' \
'-V[show the version and exit]' \
'--version[show the version and exit]' \
'-f[run the program as a child, which is PID 1 with --pid]' \
'--fork[run the program as a child, which is PID 1 with --pid]' \
'--forward-signals[forward INT and TERM to the child; implies --fork]' \
'-r[map the caller to root inside]' \
'--map-root-user[map the caller to root inside]' \
'-c[map the caller'\''s user and group to themselves]' \
'--map-current-user[map the caller'\''s user and group to themselves]' \
'--map-auto[map users and groups from 0 on to your subordinate IDs]' \
'--map-subids[map your subordinate IDs to themselves]' \
'--keep-caps[the program retains the capabilities of the user namespace]' \
'--clear-env[run the program with an empty environment]' \
'--reset-env[reset the environment to a login'\''s\: HOME, SHELL, USER, LOGNAME, PATH, TERM]' \
'--all[a new namespace of every type that the kernel has; implies --fork]' \
'--loopback[bring up the loopback device inside; implies --net]' \
'--init[run the program below an init, which is PID 1; implies --fork and --pid]' \
'--pivot-root[with --root, change the root of the mount namespace; implies --mount]' \
'--check[report which of these (or all) namespaces can be created, and run nothing]' \
'--json[with --check or --changes, report as JSON]' \
'--close-fds[pass the program no descriptors but standard input, output and error]' \
'--no-new-privs[set-user-ID bits and file capabilities give no program privileges]' \
'--new-session[run the program as a child in a new session\: it cannot type into the terminal]' \
'--ephemeral[write changes of the root to memory, and discard them at the end]' \
'*:::program: __nsutils_command "${(Q)opt_args[--root]:-$opt_args[-R]}"' \
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
