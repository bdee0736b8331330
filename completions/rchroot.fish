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

# The root that an option before the cursor names.
function __nsutils_root_option
    set -l root
    set -l words (commandline -opc)
    while set -q words[2]
        set -e words[1]
        if contains -- $words[1] --root -R
            set root $words[2]
        else if string match -q -- '--root=*' $words[1]
            set root (string replace -- --root= '' $words[1])
        end
    end
    printf '%s\n' $root
end

# Where a directory of a root is: a link leads to what it leads to inside, and never out of the root.
function __nsutils_enter # ROOT DIRECTORY
    # A command substitution would split a path here.
    string match -q -- '*'\n'*' $argv
    and return 1
    set -l root (string replace -r '/$' '' -- $argv[1])
    set -l left (string split -n / -- $argv[2])
    set -l here ''
    set -l links 0
    while set -q left[1]
        set -l name $left[1]
        set -e left[1]
        if test "$name" = ..
            set here (string replace -r '/[^/]*$' '' -- $here)
        else if test -L "$root$here/$name"
            set links (math $links + 1)
            test $links -le 40
            or return 1
            set -l target (readlink -- "$root$here/$name" | string collect)
            string match -q -- '*'\n'*' $target
            and return 1
            string match -q -- '/*' $target
            and set here ''
            set left (string split -n / -- $target) $left
        else if test "$name" != .
            set here $here/$name
        end
    end
    test -d "$root$here/"
    and printf '%s\n' $root$here
end

# What there is in a root below what is typed, as from inside. A name that a terminal would act upon is left out.
function __nsutils_inside # ROOT directories|paths TYPED
    set -l root (string replace -r '^~/' "$HOME/" -- $argv[1])
    set -l above (string match -r '^.*/' -- $argv[3])
    or set above /
    set -l here (__nsutils_enter $root $above)
    or return
    for entry in $here/* $here/.*
        __nsutils_is_odd $entry
        and continue
        set -l name (string replace -r '^.*/' '' -- $entry)
        if begin
                test -d $entry
                or test -L $entry
            end
            and __nsutils_enter $root $above$name >/dev/null
            printf '%s/\n' $above$name
        else if test $argv[2] = paths
            printf '%s\n' $above$name
        end
    end
end

# A value that is a path of the new root, or of the caller's if none is named.
function __nsutils_inside_value # directories|paths TYPED
    set -l root (__nsutils_root_option)
    if test -n "$root"
        __nsutils_inside $root $argv[1] "$argv[2]"
    else if test $argv[1] = paths
        __fish_complete_path "$argv[2]"
    else
        __fish_complete_directories "$argv[2]"
    end
end

# SRC is outside, DST inside.
function __nsutils_bind
    set -l typed (__nsutils_typed)
    set -l fields (string split : -- $typed)
    switch (count $fields)
        case 0 1
            __fish_complete_path "$typed"
        case 2
            for path in (__nsutils_inside_value paths $fields[2])
                printf '%s:%s\n' $fields[1] $path
            end
        case '*'
            set -l before (string match -r '^.*[:,]' -- $typed)
            printf '%s\n' $before{idmap,nodev,noexec,nosuid}
    end
end

# Options end at the first operand. What follows is a command line of its own, with its own completion.
function __rchroot_operands
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                break
            case '-*'
                if string match -qr '^(--groups|--userspec|--chdir|--resolv-conf|--bind|--bind-ro|--tmpfs|--overlay|--changes|--whitelist-env)$' -- $words[1]
                    set -e words[1]
                end
                set -e words[1]
            case '*'
                break
        end
    end
    string join \n -- $words
end

function __rchroot_at_options
    not count (__rchroot_operands) >/dev/null
end

function __rchroot_operand
    set -l words (__rchroot_operands) (commandline -ct)
    # A word like --option=value is not an operand; its option has the candidates.
    string match -q -- '-*' $words[-1]; and __rchroot_at_options; and return
    if test (count $words) -le 1
        __fish_complete_directories $words[-1]
    else if string match -q -- '/*' $words[-1]; and set -l root $words[1]; and test -n "$root"
        __nsutils_inside $root paths $words[-1]
    else
        set -l line (string join -- ' ' (string escape -- $words[2..-2]) $words[-1])
        complete "--do-complete=$line"
    end
end

complete -c rchroot -f -a '(__rchroot_operand)'
complete -c rchroot -n __rchroot_at_options -l groups -d 'set these supplementary groups (GROUP,...) and no others; none if empty' -r -f -a "(__nsutils_list (__nsutils_groups))"
complete -c rchroot -n __rchroot_at_options -l userspec -d 'run as this user, in this group or the user\'s own; either may be omitted' -r -f -a "(__nsutils_user_group)"
complete -c rchroot -n __rchroot_at_options -l chdir -d 'start in this directory, a path inside NEWROOT' -r -f -a "(__nsutils_inside_value directories (__nsutils_typed))"
complete -c rchroot -n __rchroot_at_options -l mount-api -d 'mount proc, sys, dev, run, tmp and resolv.conf inside' -f -a "host private rescue"
complete -c rchroot -n __rchroot_at_options -l mount-sys -d 'mount a read-only sysfs on DIR (/sys)' -f -a "(__nsutils_inside_value directories (__nsutils_typed))"
complete -c rchroot -n __rchroot_at_options -l mount-dev -d 'mount a /dev with few devices on DIR (/dev)' -f -a "(__nsutils_inside_value directories (__nsutils_typed))"
complete -c rchroot -n __rchroot_at_options -l resolv-conf -d 'whether the caller\'s /etc/resolv.conf is seen inside' -r -f -a "auto off"
complete -c rchroot -n __rchroot_at_options -l bind -d 'show a file or directory of outside at DST inside; may be repeated' -r -f -a "(__nsutils_bind)"
complete -c rchroot -n __rchroot_at_options -l bind-ro -d 'the same, read-only' -r -f -a "(__nsutils_bind)"
complete -c rchroot -n __rchroot_at_options -l tmpfs -d 'mount a tmpfs on DIR inside; may be repeated' -r -f -a "(__nsutils_inside_value directories (__nsutils_typed))"
complete -c rchroot -n __rchroot_at_options -l overlay -d 'what is written to the root goes to DIR/upper; implies --fork' -r -f -a "(__fish_complete_directories)"
complete -c rchroot -n __rchroot_at_options -l changes -d 'list what differs in the DIR of --overlay, and run nothing' -r -f -a "(__fish_complete_directories)"
complete -c rchroot -n __rchroot_at_options -l whitelist-env -d 'the command gets only these variables, named with commas between them' -r -f -a "(__nsutils_list (__nsutils_variables))"
complete -c rchroot -n __rchroot_at_options -l skip-chdir -d 'keep the working directory; only if NEWROOT is the old \'/\''
complete -c rchroot -n __rchroot_at_options -l help -d 'show this help and exit'
complete -c rchroot -n __rchroot_at_options -l version -d 'show the version and exit'
complete -c rchroot -n __rchroot_at_options -l close-fds -d 'pass the program no descriptors but standard input, output and error'
complete -c rchroot -n __rchroot_at_options -l no-new-privs -d 'set-user-ID bits and file capabilities give no program privileges'
complete -c rchroot -n __rchroot_at_options -l new-session -d 'run the program as a child in a new session: it cannot type into the terminal'
complete -c rchroot -n __rchroot_at_options -l ephemeral -d 'write changes of the root to memory, and discard them at the end'
complete -c rchroot -n __rchroot_at_options -l json -d 'with --changes, report as JSON'
complete -c rchroot -n __rchroot_at_options -l clear-env -d 'the command gets an empty environment'
complete -c rchroot -n __rchroot_at_options -l reset-env -d 'reset the environment to a login\'s: HOME, SHELL, USER, LOGNAME, PATH, TERM'
