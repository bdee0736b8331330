#compdef rnsenter

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

_rnsenter() {
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
'*-t+[a process (INODE\: its pidfd'\''s), a namespace by its inode, TYPE\:\[INODE\], netns\:NAME or file, persistent namespaces, a container by its ID]:PID[\:INODE]|NS|PATH|ID: __nsutils_targets processes' \
'*--target=[a process (INODE\: its pidfd'\''s), a namespace by its inode, TYPE\:\[INODE\], netns\:NAME or file, persistent namespaces, a container by its ID]:PID[\:INODE]|NS|PATH|ID: __nsutils_targets processes' \
'*-m-[mounts]::FILE|\:NSID: __nsutils_namespace_files mnt' \
'*--mount=-[mounts]::FILE|\:NSID: __nsutils_namespace_files mnt' \
'*-u-[host name and domain name]::FILE|\:NSID: __nsutils_namespace_files uts' \
'*--uts=-[host name and domain name]::FILE|\:NSID: __nsutils_namespace_files uts' \
'*-i-[System V IPC and POSIX message queues]::FILE|\:NSID: __nsutils_namespace_files ipc' \
'*--ipc=-[System V IPC and POSIX message queues]::FILE|\:NSID: __nsutils_namespace_files ipc' \
'*-n-[network]::FILE|\:NSID: __nsutils_namespace_files net' \
'*--net=-[network]::FILE|\:NSID: __nsutils_namespace_files net' \
'*-N+[the network of this socket of the target]:FD: ' \
'*--net-socket=[the network of this socket of the target]:FD: ' \
'*-p-[process IDs; the program runs in a child]::FILE|\:NSID: __nsutils_namespace_files pid' \
'*--pid=-[process IDs; the program runs in a child]::FILE|\:NSID: __nsutils_namespace_files pid' \
'*-U-[users, groups and capabilities]::FILE|\:NSID: __nsutils_namespace_files user' \
'*--user=-[users, groups and capabilities]::FILE|\:NSID: __nsutils_namespace_files user' \
'*-C-[the root of /proc/PID/cgroup]::FILE|\:NSID: __nsutils_namespace_files cgroup' \
'*--cgroup=-[the root of /proc/PID/cgroup]::FILE|\:NSID: __nsutils_namespace_files cgroup' \
'*-T-[clocks]::FILE|\:NSID: __nsutils_namespace_files time' \
'*--time=-[clocks]::FILE|\:NSID: __nsutils_namespace_files time' \
'*-S+[become this user inside, or the target'\''s]:UID|follow: __nsutils_or_follow __nsutils_users' \
'*--setuid=[become this user inside, or the target'\''s]:UID|follow: __nsutils_or_follow __nsutils_users' \
'*-G+[become this group inside, with no others, or the target'\''s]:GID|follow: __nsutils_or_follow __nsutils_groups' \
'*--setgid=[become this group inside, with no others, or the target'\''s]:GID|follow: __nsutils_or_follow __nsutils_groups' \
'*-r-[the root directory\: the target'\''s, or DIR of the caller]::DIR:_files -/' \
'*--root=-[the root directory\: the target'\''s, or DIR of the caller]::DIR:_files -/' \
'*-w-[the working directory\: the target'\''s, or DIR of the caller]::DIR:_files -/' \
'*--wd=-[the working directory\: the target'\''s, or DIR of the caller]::DIR:_files -/' \
'*-W-[the working directory, DIR looked up inside]::DIR:_files -/' \
'*--wdns=-[the working directory, DIR looked up inside]::DIR:_files -/' \
'*--tools=-[run a program of this machine beside the target, whose root is on DIR (/mnt)]::DIR:_files -/' \
'*--groups=[have these supplementary groups, or the target'\''s]:G[,G...]|follow: __nsutils_list __nsutils_or_follow __nsutils_groups -qS,' \
'*--kill-child=-[run the program as a child that gets this signal (KILL) if rnsenter dies]::SIGNAME:(HUP INT QUIT ILL TRAP ABRT IOT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO POLL PWR SYS)' \
'-a[enter all namespaces of the target]' \
'--all[enter all namespaces of the target]' \
'-h[show this help and exit]' \
'--help[show this help and exit]' \
'-V[show the version and exit]' \
'--version[show the version and exit]' \
'-e[the program gets the target'\''s environment]' \
'--env[the program gets the target'\''s environment]' \
'-F[with --pid, do not run the program in a child]' \
'--no-fork[with --pid, do not run the program in a child]' \
'-c[move into the target'\''s cgroup (version 2)]' \
'--join-cgroup[move into the target'\''s cgroup (version 2)]' \
'--preserve-credentials[keep the user and the groups in a user namespace]' \
'--keep-caps[the program keeps the capabilities of the user namespace]' \
'--user-parent[the parent of the target'\''s user namespace]' \
'-Z[run the program in the target'\''s SELinux context]' \
'--follow-context[run the program in the target'\''s SELinux context]' \
'--clear-env[the program gets an empty environment]' \
'--reset-env[reset the environment to a login'\''s\: HOME, SHELL, USER, LOGNAME, PATH, TERM]' \
'--as-target[be all that the target is\: namespaces, root, user, groups, limits, capabilities …]' \
'--netns-etc[with a network named in /run/netns, see /etc/netns/NAME over /etc]' \
'--forward-signals[run the program as a child and forward INT and TERM to it]' \
'--init[run the program below an init that reaps, forwards signals and kills what is left]' \
'--close-fds[pass the program no descriptors but standard input, output and error]' \
'--no-new-privs[set-user-ID bits and file capabilities give no program privileges]' \
'--new-session[run the program as a child in a new session\: it cannot type into the terminal]' \
'*:::program:_normal' \
&& ret=0
}

(( $+functions[_rnsenter_commands] )) ||
_rnsenter_commands() {
    local commands; commands=()
    _describe -t commands 'rnsenter commands' commands "$@"
}

if [ "$funcstack[1]" = "_rnsenter" ]; then
    _rnsenter "$@"
else
    compdef _rnsenter rnsenter
fi
