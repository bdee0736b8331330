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
    printf '%s\n' all @CAPABILITIES@
end

# What follows the = is a number.
function __nsutils_resources
    printf '%s=\n' @RESOURCES@
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

