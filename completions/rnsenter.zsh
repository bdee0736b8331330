#compdef rnsenter

autoload -U is-at-least

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
'*-t+[a process (INODE\: its pidfd'\''s), a namespace by its inode, kept namespaces, a container by its id]:PID[\:INODE]|NS|DIR|ID:{_pids; _files -/}' \
'*--target=[a process (INODE\: its pidfd'\''s), a namespace by its inode, kept namespaces, a container by its id]:PID[\:INODE]|NS|DIR|ID:{_pids; _files -/}' \
'*-m-[mounts]::FILE|\:NSID:_files' \
'*--mount=-[mounts]::FILE|\:NSID:_files' \
'*-u-[host name and domain name]::FILE|\:NSID:_files' \
'*--uts=-[host name and domain name]::FILE|\:NSID:_files' \
'*-i-[System V IPC and POSIX message queues]::FILE|\:NSID:_files' \
'*--ipc=-[System V IPC and POSIX message queues]::FILE|\:NSID:_files' \
'*-n-[network]::FILE|\:NSID:_files' \
'*--net=-[network]::FILE|\:NSID:_files' \
'*-N+[the network of this socket of the target]:FD:_default' \
'*--net-socket=[the network of this socket of the target]:FD:_default' \
'*-p-[process numbers, for the children]::FILE|\:NSID:_files' \
'*--pid=-[process numbers, for the children]::FILE|\:NSID:_files' \
'*-U-[users, groups and capabilities]::FILE|\:NSID:_files' \
'*--user=-[users, groups and capabilities]::FILE|\:NSID:_files' \
'*-C-[the root of /proc/PID/cgroup]::FILE|\:NSID:_files' \
'*--cgroup=-[the root of /proc/PID/cgroup]::FILE|\:NSID:_files' \
'*-T-[clocks]::FILE|\:NSID:_files' \
'*--time=-[clocks]::FILE|\:NSID:_files' \
'*-S+[become this user inside, or the target'\''s]:UID|follow:_default' \
'*--setuid=[become this user inside, or the target'\''s]:UID|follow:_default' \
'*-G+[become this group inside, with no others, or the target'\''s]:GID|follow:_default' \
'*--setgid=[become this group inside, with no others, or the target'\''s]:GID|follow:_default' \
'*-r-[the root directory\: the target'\''s, or DIR as it is here]::DIR:_files -/' \
'*--root=-[the root directory\: the target'\''s, or DIR as it is here]::DIR:_files -/' \
'*-w-[the working directory\: the target'\''s, or DIR as it is here]::DIR:_files -/' \
'*--wd=-[the working directory\: the target'\''s, or DIR as it is here]::DIR:_files -/' \
'*-W-[the working directory, DIR as it is inside]::DIR:_files -/' \
'*--wdns=-[the working directory, DIR as it is inside]::DIR:_files -/' \
'-a[enter all namespaces of the target]' \
'--all[enter all namespaces of the target]' \
'-h[show this help and end]' \
'--help[show this help and end]' \
'-V[show the version and end]' \
'--version[show the version and end]' \
'-e[the program gets the target'\''s environment]' \
'--env[the program gets the target'\''s environment]' \
'-F[with --pid, become the program and do not run it as a child]' \
'--no-fork[with --pid, become the program and do not run it as a child]' \
'-c[move into the target'\''s cgroup (version 2)]' \
'--join-cgroup[move into the target'\''s cgroup (version 2)]' \
'--preserve-credentials[stay the same user and group in a user namespace]' \
'--keep-caps[the program keeps the capabilities of the user namespace]' \
'--user-parent[the parent of the target'\''s user namespace]' \
'-Z[run the program in the target'\''s SELinux context]' \
'--follow-context[run the program in the target'\''s SELinux context]' \
'--clear-env[the program gets an empty environment]' \
'--close-fds[the program gets no descriptors but standard input, output and error]' \
'--no-new-privs[no program inside gains privileges, by its set-user-ID bit or otherwise]' \
'--new-session[the program, a child, is in a session of its own and cannot type into the terminal]' \
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
