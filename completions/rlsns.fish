# What the completions of all programs share. A function named after what it finds prints one a line, perhaps with a
# tab and what is to be known of it.

# A process decides what it is called, so only printable ASCII is shown of it. Kernel threads cannot be entered; they have
# no memory of their own.
function __nsutils_processes
    set -l pid
    for line in (grep -Hs -e '^Name:' -e '^VmSize:' /proc/*/status)
        set -l found (string match -rg '^/proc/(\d+)/status:(Name|VmSize):\t(.*)' -- $line)
        or continue
        if test $found[2] = Name
            set pid $found[1]
            set command (string replace -ra '[^ -~]' '?' -- "$found[3]")
        else if test "$pid" = $found[1]
            printf '%s\t%s\n' $pid "$command"
        end
    end
end

# The containers that rlsns finds, each once: the short id, and the engine that made it. rlsns stands beside the program.
function __nsutils_containers
    set -l words (commandline -opc)
    set -l rlsns (string replace -r '[^/]*$' rlsns -- $words[1])
    command $rlsns --noheadings --raw --list --output CONTAINER --filter CONTAINER 2>/dev/null | sort -u |
        string replace -rf '^([a-z]+):([0-9a-f]+)$' '$2\t$1'
end

# What has namespaces: a container, a process, or a directory of persistent ones.
function __nsutils_targets
    __nsutils_containers
    __nsutils_processes
    __fish_complete_directories (__nsutils_typed)
end

# The program itself knows these.
function __nsutils_program
    set -l words (commandline -opc)
    command $words[1] $argv 2>/dev/null
end

function __nsutils_namespaces
    __nsutils_program --noheadings --raw --output NS,TYPE,COMMAND | string replace -r ' +' \t | string replace -a '\\x20' ' '
end

function __nsutils_columns
    __nsutils_program --list-columns | string trim | string replace -r ' +<.*> +' \t
end

function __nsutils_namespace_files
    string match -rg "^\S+ \S+ \S+ $argv[1]:\S+ (\S+)" </proc/self/mountinfo | string unescape
    __fish_complete_path (string replace -r '^--[^=]*=' '' -- (commandline -ct))
end

function __nsutils_users
    __fish_complete_users
end

function __nsutils_groups
    __fish_complete_groups
end

function __nsutils_signals
    kill -l | string split -n ' ' | string replace -r '^SIG' '' | string match -r '^[A-Z].*'
end

# Without CAP_, in the order of their numbers.
function __nsutils_capabilities
    printf '%s\n' all chown dac_override dac_read_search fowner fsetid kill setgid setuid \
        setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner \
        sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice \
        sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap \
        mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf \
        checkpoint_restore
end

# What follows the = is a number.
function __nsutils_resources
    printf '%s=\n' as core cpu data fsize locks memlock msgqueue nice nofile nproc rss \
        rtprio rttime sigpending stack
end

# What follows the = is a size, a number, a share such as 50%.
function __nsutils_cgroup_limits
    printf '%s=\n' memory pids cpu
end

function __nsutils_variables
    set -nx
end

# What is typed of a value, without its option.
function __nsutils_typed
    string replace -r '^(--[^=]*=|-[^-])' '' -- (commandline -ct)
end

# Several with commas between: each is offered behind those that are there.
function __nsutils_list
    set -l before (__nsutils_typed | string match -r '^\+?(?:.*,)?')
    for value in (__nsutils_$argv[1])
        printf '%s\n' $before$value
    end
end

function __nsutils_user_group
    set -l user (__nsutils_typed | string match -r '^[^:]*:')
    if test -n "$user"
        for group in (__nsutils_groups)
            printf '%s\n' $user$group
        end
    else
        __nsutils_users
    end
end

complete -c rlsns -f -a "(__nsutils_namespaces)"
complete -c rlsns -s p -l task -d 'namespaces of this process, see rnsenter(1) for others' -r -f -a "(__nsutils_processes)"
complete -c rlsns -s o -l output -d 'show these columns; +LIST: add them to the default ones' -r -f -a "(__nsutils_list columns)"
complete -c rlsns -s Q -l filter -d 'namespaces for which the expression is true' -r -f -a "(__nsutils_columns)"
complete -c rlsns -s t -l type -d 'namespaces of this type; may be given several times' -r -f -a "user cgroup ipc uts net pid mnt time"
complete -c rlsns -s T -l tree -d 'show a tree by owner (default), parent or process' -f -a "owner parent process"
complete -c rlsns -l holders -d 'show what keeps this namespace alive' -r -f -a "(__nsutils_namespaces)"
complete -c rlsns -l compare -d 'compare the namespaces of these processes; one: with the caller' -r -f -a "(__nsutils_list processes)"
complete -c rlsns -l graph -d 'draw a graph for Graphviz: dot (default), mermaid or json' -f -a "dot mermaid json"
complete -c rlsns -s J -l json -d 'write JSON'
complete -c rlsns -s h -l help -d 'show this help and exit'
complete -c rlsns -l output-all -d 'show all columns of the original'
complete -c rlsns -s P -l persistent -d 'namespaces without processes'
complete -c rlsns -s u -l notruncate -d 'do not truncate at the width of the terminal'
complete -c rlsns -s V -l version -d 'show the version and exit'
complete -c rlsns -s n -l noheadings -d 'do not print headings'
complete -c rlsns -s W -l nowrap -d 'print each namespace on one line, paths joined by commas'
complete -c rlsns -s l -l list -d 'show a list instead of a tree'
complete -c rlsns -s r -l raw -d 'separate columns by one space, write others as \\x20'
complete -c rlsns -s H -l list-columns -d 'list the columns'
complete -c rlsns -l hidden -d 'also namespaces that the original does not find'
complete -c rlsns -l no-hidden -d 'only namespaces that the original finds'
