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

# Options end at the first operand. What follows is a command line of its own, with its own completion.
function __rnsenter_operands
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                break
            case '-*'
                if string match -qr '^(-[ahVeFcZ]*[tNSG]|--target|--net-socket|--setuid|--setgid|--groups)$' -- $words[1]
                    set -e words[1]
                end
                set -e words[1]
            case '*'
                break
        end
    end
    string join \n -- $words
end

function __rnsenter_at_options
    not count (__rnsenter_operands) >/dev/null
end

function __rnsenter_operand
    set -l words (__rnsenter_operands) (commandline -ct)
    # A word like --option=value is not an operand; its option has the candidates.
    string match -q -- '-*' $words[-1]; and __rnsenter_at_options; and return
    if test (count $words) -le 0
        __fish_complete_directories $words[-1]
    else
        set -l line (string join -- ' ' (string escape -- $words[1..-2]) $words[-1])
        complete "--do-complete=$line"
    end
end

complete -c rnsenter -f -a '(__rnsenter_operand)'
complete -c rnsenter -n __rnsenter_at_options -s t -l target -d 'a process (INODE: its pidfd\'s), a namespace by its inode, TYPE:[INODE], netns:NAME or file, persistent namespaces, a container by its ID' -r -f -k -a "(__nsutils_targets)"
complete -c rnsenter -n __rnsenter_at_options -s m -l mount -d 'mounts' -f -a "(__nsutils_namespace_files mnt)"
complete -c rnsenter -n __rnsenter_at_options -s u -l uts -d 'host name and domain name' -f -a "(__nsutils_namespace_files uts)"
complete -c rnsenter -n __rnsenter_at_options -s i -l ipc -d 'System V IPC and POSIX message queues' -f -a "(__nsutils_namespace_files ipc)"
complete -c rnsenter -n __rnsenter_at_options -s n -l net -d 'network' -f -a "(__nsutils_namespace_files net)"
complete -c rnsenter -n __rnsenter_at_options -s N -l net-socket -d 'the network of this socket of the target' -r -f -a ""
complete -c rnsenter -n __rnsenter_at_options -s p -l pid -d 'process IDs; the program runs in a child' -f -a "(__nsutils_namespace_files pid)"
complete -c rnsenter -n __rnsenter_at_options -s U -l user -d 'users, groups and capabilities' -f -a "(__nsutils_namespace_files user)"
complete -c rnsenter -n __rnsenter_at_options -s C -l cgroup -d 'the root of /proc/PID/cgroup' -f -a "(__nsutils_namespace_files cgroup)"
complete -c rnsenter -n __rnsenter_at_options -s T -l time -d 'clocks' -f -a "(__nsutils_namespace_files time)"
complete -c rnsenter -n __rnsenter_at_options -s S -l setuid -d 'become this user inside, or the target\'s' -r -f -a "follow"
complete -c rnsenter -n __rnsenter_at_options -s G -l setgid -d 'become this group inside, with no others, or the target\'s' -r -f -a "follow"
complete -c rnsenter -n __rnsenter_at_options -s r -l root -d 'the root directory: the target\'s, or DIR of the caller' -f -a "(__fish_complete_directories)"
complete -c rnsenter -n __rnsenter_at_options -s w -l wd -d 'the working directory: the target\'s, or DIR of the caller' -f -a "(__fish_complete_directories)"
complete -c rnsenter -n __rnsenter_at_options -s W -l wdns -d 'the working directory, DIR looked up inside' -f -a "(__fish_complete_directories)"
complete -c rnsenter -n __rnsenter_at_options -l tools -d 'run a program of this machine beside the target, whose root is on DIR (/mnt)' -f -a "(__fish_complete_directories)"
complete -c rnsenter -n __rnsenter_at_options -l groups -d 'have these supplementary groups, or the target\'s' -r -f -a "(__nsutils_list groups)"
complete -c rnsenter -n __rnsenter_at_options -l kill-child -d 'run the program as a child that gets this signal (KILL) if rnsenter dies' -f -a "(__nsutils_signals)"
complete -c rnsenter -n __rnsenter_at_options -s a -l all -d 'enter all namespaces of the target'
complete -c rnsenter -n __rnsenter_at_options -s h -l help -d 'show this help and exit'
complete -c rnsenter -n __rnsenter_at_options -s V -l version -d 'show the version and exit'
complete -c rnsenter -n __rnsenter_at_options -s e -l env -d 'the program gets the target\'s environment'
complete -c rnsenter -n __rnsenter_at_options -s F -l no-fork -d 'with --pid, do not run the program in a child'
complete -c rnsenter -n __rnsenter_at_options -s c -l join-cgroup -d 'move into the target\'s cgroup (version 2)'
complete -c rnsenter -n __rnsenter_at_options -l preserve-credentials -d 'keep the user and the groups in a user namespace'
complete -c rnsenter -n __rnsenter_at_options -l keep-caps -d 'the program keeps the capabilities of the user namespace'
complete -c rnsenter -n __rnsenter_at_options -l user-parent -d 'the parent of the target\'s user namespace'
complete -c rnsenter -n __rnsenter_at_options -s Z -l follow-context -d 'run the program in the target\'s SELinux context'
complete -c rnsenter -n __rnsenter_at_options -l clear-env -d 'the program gets an empty environment'
complete -c rnsenter -n __rnsenter_at_options -l reset-env -d 'reset the environment to a login\'s: HOME, SHELL, USER, LOGNAME, PATH, TERM'
complete -c rnsenter -n __rnsenter_at_options -l as-target -d 'be all that the target is: namespaces, root, user, groups, limits, capabilities …'
complete -c rnsenter -n __rnsenter_at_options -l netns-etc -d 'with a network named in /run/netns, see /etc/netns/NAME over /etc'
complete -c rnsenter -n __rnsenter_at_options -l forward-signals -d 'run the program as a child and forward INT and TERM to it'
complete -c rnsenter -n __rnsenter_at_options -l init -d 'run the program below an init that reaps, forwards signals and kills what is left'
complete -c rnsenter -n __rnsenter_at_options -l close-fds -d 'pass the program no descriptors but standard input, output and error'
complete -c rnsenter -n __rnsenter_at_options -l no-new-privs -d 'set-user-ID bits and file capabilities give no program privileges'
complete -c rnsenter -n __rnsenter_at_options -l new-session -d 'run the program as a child in a new session: it cannot type into the terminal'
