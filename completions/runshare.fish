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
function __runshare_operands
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                break
            case '-*'
                if string match -qr '^(-[hVmuinpUCTfrc]*[SGRwl]|--map-user|--map-users|--map-group|--map-groups|--owner|--propagation|--setgroups|--setuid|--setgid|--root|--wd|--monotonic|--boottime|--load-interp|--whitelist-env|--hostname|--domainname|--persist|--unpersist)$' -- $words[1]
                    set -e words[1]
                end
                set -e words[1]
            case '*'
                break
        end
    end
    string join \n -- $words
end

function __runshare_at_options
    not count (__runshare_operands) >/dev/null
end

function __runshare_operand
    set -l words (__runshare_operands) (commandline -ct)
    if test (count $words) -le 0
        __fish_complete_directories $words[-1]
    else
        set -l line (string join -- ' ' (string escape -- $words[1..-2]) $words[-1])
        complete "--do-complete=$line"
    end
end

complete -c runshare -f -a '(__runshare_operand)'
complete -c runshare -n __runshare_at_options -s m -l mount -d 'new mounts, a copy of the caller\'s' -F
complete -c runshare -n __runshare_at_options -s u -l uts -d 'a host name and domain name of its own' -F
complete -c runshare -n __runshare_at_options -s i -l ipc -d 'System V IPC and POSIX message queues of its own' -F
complete -c runshare -n __runshare_at_options -s n -l net -d 'a network of its own, with nothing but a loopback' -F
complete -c runshare -n __runshare_at_options -s p -l pid -d 'process numbers from 1 on, for the children: see --fork' -F
complete -c runshare -n __runshare_at_options -s U -l user -d 'users, groups and capabilities of its own' -F
complete -c runshare -n __runshare_at_options -s C -l cgroup -d 'the present cgroup becomes the root of /proc/PID/cgroup' -F
complete -c runshare -n __runshare_at_options -s T -l time -d 'clocks of its own, for the children' -F
complete -c runshare -n __runshare_at_options -l kill-child -d 'the child gets this signal (KILL) when runshare dies; implies --fork' -f -a "(__nsutils_signals)"
complete -c runshare -n __runshare_at_options -l mount-proc -d 'a proc of the new namespaces on DIR (/proc); implies --mount' -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -l mount-binfmt -d 'a binfmt_misc of its own on DIR; implies --mount and --user' -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -l map-user -d 'be this user inside' -r -f -a "(__nsutils_users)"
complete -c runshare -n __runshare_at_options -l map-users -d 'map users: INNER:OUTER:COUNT, auto, subids or all; may be repeated' -r -f -a "auto subids all"
complete -c runshare -n __runshare_at_options -l map-group -d 'be this group inside' -r -f -a "(__nsutils_groups)"
complete -c runshare -n __runshare_at_options -l map-groups -d 'map groups likewise' -r -f -a "auto subids all"
complete -c runshare -n __runshare_at_options -l owner -d 'become these before the user namespace is made, so that they own it' -r -f -a ""
complete -c runshare -n __runshare_at_options -l propagation -d 'how mounts travel between inside and outside: private (as it is without this option), shared, slave or unchanged' -r -f -a "private shared slave unchanged"
complete -c runshare -n __runshare_at_options -l setgroups -d 'whether setgroups(2) may be called inside' -r -f -a "allow deny"
complete -c runshare -n __runshare_at_options -s S -l setuid -d 'become this user before the program starts' -r -f -a ""
complete -c runshare -n __runshare_at_options -s G -l setgid -d 'become this group, with no others, before the program starts' -r -f -a ""
complete -c runshare -n __runshare_at_options -s R -l root -d 'run the program with this root directory' -r -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -s w -l wd -d 'run the program in this directory' -r -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -l monotonic -d 'shift the monotonic clock by so many seconds' -r -f -a ""
complete -c runshare -n __runshare_at_options -l boottime -d 'shift the clock since boot by so many seconds' -r -f -a ""
complete -c runshare -n __runshare_at_options -s l -l load-interp -d 'register this interpreter with binfmt_misc inside; implies --mount-binfmt' -r -f -a ""
complete -c runshare -n __runshare_at_options -l whitelist-env -d 'the program gets only these variables, named with commas between them' -r -f -a "(__nsutils_list variables)"
complete -c runshare -n __runshare_at_options -l hostname -d 'the host name inside; implies --uts' -r -f -a ""
complete -c runshare -n __runshare_at_options -l domainname -d 'the NIS domain name inside; implies --uts' -r -f -a ""
complete -c runshare -n __runshare_at_options -l persist -d 'keep every namespace that has no FILE in DIR, which is made for it' -r -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -l unpersist -d 'let them go again, remove DIR, and run nothing' -r -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -s h -l help -d 'show this help and end'
complete -c runshare -n __runshare_at_options -s V -l version -d 'show the version and end'
complete -c runshare -n __runshare_at_options -s f -l fork -d 'run the program as a child, which is PID 1 with --pid'
complete -c runshare -n __runshare_at_options -l forward-signals -d 'hand INT and TERM on to the child; implies --fork'
complete -c runshare -n __runshare_at_options -s r -l map-root-user -d 'be root inside'
complete -c runshare -n __runshare_at_options -s c -l map-current-user -d 'be the same user and group inside'
complete -c runshare -n __runshare_at_options -l map-auto -d 'map users and groups from 0 up to your subordinate ids'
complete -c runshare -n __runshare_at_options -l map-subids -d 'map your subordinate ids to themselves'
complete -c runshare -n __runshare_at_options -l keep-caps -d 'the program keeps the capabilities of the user namespace'
complete -c runshare -n __runshare_at_options -l clear-env -d 'the program gets an empty environment'
complete -c runshare -n __runshare_at_options -l loopback -d 'the network\'s loopback device is up; implies --net'
complete -c runshare -n __runshare_at_options -l init -d 'run the program below an init of ours, which is PID 1; implies --fork and --pid'
complete -c runshare -n __runshare_at_options -l pivot-root -d 'with --root, exchange the root itself: nothing is left of the old one; implies --mount'
complete -c runshare -n __runshare_at_options -l check -d 'tell which namespaces can be made here, those named or all, and run nothing'
complete -c runshare -n __runshare_at_options -l json -d 'with --check, tell it as JSON'
complete -c runshare -n __runshare_at_options -l close-fds -d 'the program gets no descriptors but standard input, output and error'
complete -c runshare -n __runshare_at_options -l no-new-privs -d 'no program inside gains privileges, by its set-user-ID bit or otherwise'
complete -c runshare -n __runshare_at_options -l new-session -d 'the program, a child, is in a session of its own and cannot type into the terminal'
