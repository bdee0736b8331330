# What the completions of all programs share. A function named after what it finds prints one a line, perhaps with a
# tab and what is to be known of it.

# A process decides what it is called, so only printable ASCII is shown of it. Kernel threads cannot be entered; they
# have no memory of their own.
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

# The containers that rlsns finds, each once: the short id, and the engine that made it. rlsns is beside the program.
function __nsutils_containers
    set -l words (commandline -opc)
    set -l rlsns (string replace -r '[^/]*$' rlsns -- $words[1])
    command $rlsns --noheadings --raw --list --output CONTAINER --filter CONTAINER 2>/dev/null | sort -u |
        string replace -rf '^([a-z]+):([0-9a-f]+)$' '$2\t$1'
end

# The network namespaces that have a name. Nothing is asked of what has it, which may be a file system that is silent.
function __nsutils_networks # PREFIX
    for point in /run/netns/*
        __nsutils_is_odd $point
        or printf '%s\tnetwork namespace\n' (string replace -r '.*/' $argv[1] -- $point)
    end
end

# What has namespaces: a container, a process or namespace, a network, or a file or directory.
function __nsutils_targets # processes|namespaces TYPED
    if string match -qr '/|^[.~]' -- $argv[2]
        __fish_complete_path $argv[2]
        return
    end
    set -l found (__nsutils_networks netns:)
    # Other words begin with a hexadecimal digit.
    string match -qr '^[^0-9a-f]' -- $argv[2]
    or set -p found (__nsutils_containers; __nsutils_$argv[1])
    string join \n -- $found
    string match -qr -- '^'(string escape --style=regex -- "$argv[2]") $found
    or __fish_complete_directories $argv[2]
end

# The program itself knows these.
function __nsutils_program
    set -l words (commandline -opc)
    command $words[1] $argv 2>/dev/null
end

# rlsns writes what a terminal would act upon as \x1b.
function __nsutils_namespaces
    __nsutils_program --noheadings --raw --output NS,TYPE,COMMAND | string replace -r ' +' \t |
        string replace -a '\\x20' ' '
end

function __nsutils_columns
    __nsutils_program --list-columns | string trim | string replace -r ' +<.*> +' \t
end

# The files that a namespace of this type is mounted on. Octal digits represent blanks and backslashes there; with a
# zero before them no digit behind is one of them.
function __nsutils_namespace_files # TYPE
    for line in (string match -rg "^\S+ \S+ \S+ $argv[1]:\S+ (\S+)" </proc/self/mountinfo)
        set -l point (printf %b (string replace -a \\ \\0 -- $line) | string collect -N)
        __nsutils_is_odd $point
        or printf '%s\n' $point
    end
    __fish_complete_path (__nsutils_typed)
end

# The files of networks that have a name, to mount a new one on.
function __nsutils_network_files
    __nsutils_networks /run/netns/
    __fish_complete_path (__nsutils_typed)
end

# Whether a terminal would act upon a name: control characters, and what turns the direction.
function __nsutils_is_odd # NAME
    string match -qr '[[:cntrl:]\x{80}-\x{9f}\x{61c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}]' -- $argv[1]
end

# Leaves out lines in which something else than a tab is odd.
function __nsutils_without_odd
    while read -l line
        __nsutils_is_odd (string replace \t '' -- $line)
        or printf '%s\n' $line
    end
end

function __nsutils_users
    __fish_complete_users | __nsutils_without_odd
end

function __nsutils_groups
    __fish_complete_groups | __nsutils_without_odd
end

function __nsutils_variables
    set -nx
end

# What is typed of a value, without its option.
function __nsutils_typed
    string replace -r '^(--[^=]*=|-[^-])' '' -- (commandline -ct)
end

# What is typed of the last one in a list.
function __nsutils_last_typed
    __nsutils_typed | string replace -r '^(\+|.*,)' ''
end

# Several with commas between: each is offered behind those that are there.
function __nsutils_list # VALUE...
    set -l before (__nsutils_typed | string match -r '^\+?(?:.*,)?')
    string join \n -- $before$argv
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
complete -c rnsenter -n __rnsenter_at_options -s t -l target -d 'a process (INODE: its pidfd\'s), a namespace by its inode, TYPE:[INODE], netns:NAME or file, persistent namespaces, a container by its ID' -r -f -k -a "(__nsutils_targets processes (__nsutils_typed))"
complete -c rnsenter -n __rnsenter_at_options -s m -l mount -d 'mounts' -f -a "(__nsutils_namespace_files mnt)"
complete -c rnsenter -n __rnsenter_at_options -s u -l uts -d 'host name and domain name' -f -a "(__nsutils_namespace_files uts)"
complete -c rnsenter -n __rnsenter_at_options -s i -l ipc -d 'System V IPC and POSIX message queues' -f -a "(__nsutils_namespace_files ipc)"
complete -c rnsenter -n __rnsenter_at_options -s n -l net -d 'network' -f -a "(__nsutils_namespace_files net)"
complete -c rnsenter -n __rnsenter_at_options -s N -l net-socket -d 'the network of this socket of the target' -r -f -a ""
complete -c rnsenter -n __rnsenter_at_options -s p -l pid -d 'process IDs; the program runs in a child' -f -a "(__nsutils_namespace_files pid)"
complete -c rnsenter -n __rnsenter_at_options -s U -l user -d 'users, groups and capabilities' -f -a "(__nsutils_namespace_files user)"
complete -c rnsenter -n __rnsenter_at_options -s C -l cgroup -d 'the root of /proc/PID/cgroup' -f -a "(__nsutils_namespace_files cgroup)"
complete -c rnsenter -n __rnsenter_at_options -s T -l time -d 'clocks' -f -a "(__nsutils_namespace_files time)"
complete -c rnsenter -n __rnsenter_at_options -s S -l setuid -d 'become this user inside, or the target\'s' -r -f -a "follow (__nsutils_users)"
complete -c rnsenter -n __rnsenter_at_options -s G -l setgid -d 'become this group inside, with no others, or the target\'s' -r -f -a "follow (__nsutils_groups)"
complete -c rnsenter -n __rnsenter_at_options -s r -l root -d 'the root directory: the target\'s, or DIR of the caller' -f -a "(__fish_complete_directories)"
complete -c rnsenter -n __rnsenter_at_options -s w -l wd -d 'the working directory: the target\'s, or DIR of the caller' -f -a "(__fish_complete_directories)"
complete -c rnsenter -n __rnsenter_at_options -s W -l wdns -d 'the working directory, DIR looked up inside' -f -a "(__fish_complete_directories)"
complete -c rnsenter -n __rnsenter_at_options -l tools -d 'run a program of this machine beside the target, whose root is on DIR (/mnt)' -f -a "(__fish_complete_directories)"
complete -c rnsenter -n __rnsenter_at_options -l groups -d 'have these supplementary groups, or the target\'s' -r -f -a "(__nsutils_list follow (__nsutils_groups))"
complete -c rnsenter -n __rnsenter_at_options -l kill-child -d 'run the program as a child that gets this signal (KILL) if rnsenter dies' -f -a "HUP INT QUIT ILL TRAP ABRT IOT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO POLL PWR SYS"
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
