# What the completions of all programs share. A function named after what it finds prints one a line, perhaps with a
# tab and what is to be known of it.

function __nsutils_processes
    grep -Hs . /proc/*/comm | string replace -rf '^/proc/(\d+)/comm:' '$1\t'
end

# What has namespaces: a process, or a directory of kept ones.
function __nsutils_targets
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

