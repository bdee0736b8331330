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

complete -c rlsns -f -k -a "(__nsutils_targets namespaces (__nsutils_typed))"
complete -c rlsns -s p -l task -d 'namespaces of this process, see rnsenter(1) for others' -r -f -k -a "(__nsutils_targets processes (__nsutils_typed))"
complete -c rlsns -s o -l output -d 'show these columns; +LIST: add them to the default ones' -r -f -a "(__nsutils_list (__nsutils_columns))"
complete -c rlsns -s Q -l filter -d 'namespaces for which the expression is true' -r -f -a "(__nsutils_columns)"
complete -c rlsns -s t -l type -d 'namespaces of this type; may be given several times' -r -f -a "user cgroup ipc uts net pid mnt time"
complete -c rlsns -s T -l tree -d 'show a tree by owner (default), parent or process' -f -a "owner parent process"
complete -c rlsns -l holders -d 'show what keeps this namespace alive' -r -f -k -a "(__nsutils_targets namespaces (__nsutils_typed))"
complete -c rlsns -l compare -d 'compare the namespaces of these processes; one: with the caller' -r -f -k -a "(__nsutils_list (__nsutils_targets processes (__nsutils_last_typed)))"
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
