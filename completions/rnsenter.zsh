#compdef rnsenter

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

# Without CAP_, in the order of their numbers.
__nsutils_capabilities() {
    local -a names
    names=(all chown dac_override dac_read_search fowner fsetid kill setgid setuid
        setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner
        sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice
        sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap
        mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf
        checkpoint_restore)
    compadd "$@" -- $names
}

# What follows the = is a number.
__nsutils_resources() {
    local -a names
    names=(as core cpu data fsize locks memlock msgqueue nice nofile nproc rss
        rtprio rttime sigpending stack)
    compadd -S= -- $names
}

# What follows the = is a size, a number, a share such as 50%.
__nsutils_cgroup_limits() {
    compadd -S= -- memory pids cpu
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
'*-t+[a process (INODE\: its pidfd'\''s), a namespace by its inode, TYPE\:\[INODE\], netns\:NAME or file, persistent namespaces, a container by its ID]:PID[\:INODE]|NS|PATH|ID: __nsutils_targets' \
'*--target=[a process (INODE\: its pidfd'\''s), a namespace by its inode, TYPE\:\[INODE\], netns\:NAME or file, persistent namespaces, a container by its ID]:PID[\:INODE]|NS|PATH|ID: __nsutils_targets' \
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
'*-S+[become this user inside, or the target'\''s]:UID|follow:(follow)' \
'*--setuid=[become this user inside, or the target'\''s]:UID|follow:(follow)' \
'*-G+[become this group inside, with no others, or the target'\''s]:GID|follow:(follow)' \
'*--setgid=[become this group inside, with no others, or the target'\''s]:GID|follow:(follow)' \
'*-r-[the root directory\: the target'\''s, or DIR of the caller]::DIR:_files -/' \
'*--root=-[the root directory\: the target'\''s, or DIR of the caller]::DIR:_files -/' \
'*-w-[the working directory\: the target'\''s, or DIR of the caller]::DIR:_files -/' \
'*--wd=-[the working directory\: the target'\''s, or DIR of the caller]::DIR:_files -/' \
'*-W-[the working directory, DIR looked up inside]::DIR:_files -/' \
'*--wdns=-[the working directory, DIR looked up inside]::DIR:_files -/' \
'*--tools=-[run a program of this machine beside the target, whose root is on DIR (/mnt)]::DIR:_files -/' \
'*--groups=[have these supplementary groups, or the target'\''s]:G[,G...]|follow: __nsutils_list groups' \
'*--kill-child=-[run the program as a child that gets this signal (KILL) if rnsenter dies]::SIGNAME: __nsutils_signals' \
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
