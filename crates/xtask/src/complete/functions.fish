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

