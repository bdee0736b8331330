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
function __runshare_operands
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                break
            case '-*'
                if string match -qr '^(-[hVmuinpUCTfrc]*[SGRwl]|--map-user|--map-users|--map-group|--map-groups|--owner|--propagation|--setgroups|--setuid|--setgid|--root|--wd|--monotonic|--boottime|--load-interp|--whitelist-env|--hostname|--domainname|--network|--publish|--persist|--unpersist|--cap-drop|--limit|--cgroup-limit|--resolv-conf|--bind|--bind-ro|--tmpfs|--overlay|--changes)$' -- $words[1]
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
    # A word like --option=value is not an operand; its option has the candidates.
    string match -q -- '-*' $words[-1]; and __runshare_at_options; and return
    if test (count $words) -le 0
        __fish_complete_directories $words[-1]
    else if string match -q -- '/*' $words[-1]; and set -l root (__nsutils_root_option); and test -n "$root"
        __nsutils_inside $root paths $words[-1]
    else
        set -l line (string join -- ' ' (string escape -- $words[1..-2]) $words[-1])
        complete "--do-complete=$line"
    end
end

complete -c runshare -f -a '(__runshare_operand)'
complete -c runshare -n __runshare_at_options -s m -l mount -d 'new mounts, initially a copy of the caller\'s' -F
complete -c runshare -n __runshare_at_options -s u -l uts -d 'a new host name and domain name' -F
complete -c runshare -n __runshare_at_options -s i -l ipc -d 'new System V IPC and POSIX message queues' -F
complete -c runshare -n __runshare_at_options -s n -l net -d 'a new network, with only a loopback device' -f -a "(__nsutils_network_files)"
complete -c runshare -n __runshare_at_options -s p -l pid -d 'new process IDs from 1 on, for the children: see --fork' -F
complete -c runshare -n __runshare_at_options -s U -l user -d 'new users, groups and capabilities' -F
complete -c runshare -n __runshare_at_options -s C -l cgroup -d 'the current cgroup becomes the root of /proc/PID/cgroup' -F
complete -c runshare -n __runshare_at_options -s T -l time -d 'new clocks, for the children' -F
complete -c runshare -n __runshare_at_options -l kill-child -d 'send this signal (KILL) to the child when runshare dies; implies --fork' -f -a "HUP INT QUIT ILL TRAP ABRT IOT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO POLL PWR SYS"
complete -c runshare -n __runshare_at_options -l mount-proc -d 'mount a proc of the new namespaces on DIR (/proc); implies --mount' -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -l mount-binfmt -d 'mount a new binfmt_misc on DIR; implies --mount and --user' -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -l map-user -d 'map the caller\'s user to this one inside' -r -f -a "(__nsutils_users)"
complete -c runshare -n __runshare_at_options -l map-users -d 'map users: INNER:OUTER:COUNT, auto, subids or all; may be repeated' -r -f -a "auto subids all"
complete -c runshare -n __runshare_at_options -l map-group -d 'map the caller\'s group to this one inside' -r -f -a "(__nsutils_groups)"
complete -c runshare -n __runshare_at_options -l map-groups -d 'map groups, with the same MAP' -r -f -a "auto subids all"
complete -c runshare -n __runshare_at_options -l owner -d 'change to these IDs first, so that they own the user namespace' -r -f -a ""
complete -c runshare -n __runshare_at_options -l propagation -d 'propagation of the new mounts: private (default), shared, slave or unchanged' -r -f -a "private shared slave unchanged"
complete -c runshare -n __runshare_at_options -l setgroups -d 'allow or deny setgroups(2) inside' -r -f -a "allow deny"
complete -c runshare -n __runshare_at_options -s S -l setuid -d 'change to this user before the program starts' -r -f -a "(__nsutils_users)"
complete -c runshare -n __runshare_at_options -s G -l setgid -d 'change to this group, and drop all others, before the program starts' -r -f -a "(__nsutils_groups)"
complete -c runshare -n __runshare_at_options -s R -l root -d 'run the program with this root directory' -r -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -s w -l wd -d 'run the program in this directory' -r -f -a "(__nsutils_inside_value directories (__nsutils_typed))"
complete -c runshare -n __runshare_at_options -l monotonic -d 'add this many seconds to the monotonic clock' -r -f -a ""
complete -c runshare -n __runshare_at_options -l boottime -d 'add this many seconds to the clock since boot' -r -f -a ""
complete -c runshare -n __runshare_at_options -s l -l load-interp -d 'register this interpreter with the new binfmt_misc; implies --mount-binfmt' -r -f -a ""
complete -c runshare -n __runshare_at_options -l whitelist-env -d 'run the program with only these variables, separated by commas' -r -f -a "(__nsutils_list (__nsutils_variables))"
complete -c runshare -n __runshare_at_options -l hostname -d 'set the host name inside; implies --uts' -r -f -a ""
complete -c runshare -n __runshare_at_options -l domainname -d 'set the NIS domain name inside; implies --uts' -r -f -a ""
complete -c runshare -n __runshare_at_options -l network -d 'connect the network by pasta or slirp4netns; implies --net and --fork' -r -f -a "pasta slirp4netns"
complete -c runshare -n __runshare_at_options -l publish -d 'have port HOST (of 127.0.0.1) lead to port INSIDE of --network' -r -f -a ""
complete -c runshare -n __runshare_at_options -l persist -d 'make each namespace without a FILE persistent in DIR, which is created' -r -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -l unpersist -d 'remove the persistent namespaces in DIR, and DIR, and run nothing' -r -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -l cap-drop -d 'drop these capabilities, separated by commas, for good; may be repeated' -r -f -a "(__nsutils_list all chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore)"
complete -c runshare -n __runshare_at_options -l limit -d 'set a resource limit, as prlimit names them; may be repeated' -r -f -a "as= core= cpu= data= fsize= locks= memlock= msgqueue= nice= nofile= nproc= rss= rtprio= rttime= sigpending= stack="
complete -c runshare -n __runshare_at_options -l cgroup-limit -d 'run the program in a new cgroup v2 with these limits; implies --fork' -r -f -a "(__nsutils_list memory= pids= cpu=)"
complete -c runshare -n __runshare_at_options -l mount-api -d 'mount proc, sys, dev, run, tmp and resolv.conf inside' -f -a "host private rescue"
complete -c runshare -n __runshare_at_options -l mount-sys -d 'mount a read-only sysfs on DIR (/sys)' -f -a "(__nsutils_inside_value directories (__nsutils_typed))"
complete -c runshare -n __runshare_at_options -l mount-dev -d 'mount a /dev with few devices on DIR (/dev)' -f -a "(__nsutils_inside_value directories (__nsutils_typed))"
complete -c runshare -n __runshare_at_options -l resolv-conf -d 'whether the caller\'s /etc/resolv.conf is seen inside' -r -f -a "auto off"
complete -c runshare -n __runshare_at_options -l bind -d 'show a file or directory of outside at DST inside; may be repeated' -r -f -a "(__nsutils_bind)"
complete -c runshare -n __runshare_at_options -l bind-ro -d 'the same, read-only' -r -f -a "(__nsutils_bind)"
complete -c runshare -n __runshare_at_options -l tmpfs -d 'mount a tmpfs on DIR inside; may be repeated' -r -f -a "(__nsutils_inside_value directories (__nsutils_typed))"
complete -c runshare -n __runshare_at_options -l overlay -d 'what is written to the root goes to DIR/upper; implies --fork' -r -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -l changes -d 'list what differs in the DIR of --overlay, and run nothing' -r -f -a "(__fish_complete_directories)"
complete -c runshare -n __runshare_at_options -s h -l help -d 'show this help and exit'
complete -c runshare -n __runshare_at_options -s V -l version -d 'show the version and exit'
complete -c runshare -n __runshare_at_options -s f -l fork -d 'run the program as a child, which is PID 1 with --pid'
complete -c runshare -n __runshare_at_options -l forward-signals -d 'forward INT and TERM to the child; implies --fork'
complete -c runshare -n __runshare_at_options -s r -l map-root-user -d 'map the caller to root inside'
complete -c runshare -n __runshare_at_options -s c -l map-current-user -d 'map the caller\'s user and group to themselves'
complete -c runshare -n __runshare_at_options -l map-auto -d 'map users and groups from 0 on to your subordinate IDs'
complete -c runshare -n __runshare_at_options -l map-subids -d 'map your subordinate IDs to themselves'
complete -c runshare -n __runshare_at_options -l keep-caps -d 'the program retains the capabilities of the user namespace'
complete -c runshare -n __runshare_at_options -l clear-env -d 'run the program with an empty environment'
complete -c runshare -n __runshare_at_options -l reset-env -d 'reset the environment to a login\'s: HOME, SHELL, USER, LOGNAME, PATH, TERM'
complete -c runshare -n __runshare_at_options -l all -d 'a new namespace of every type that the kernel has; implies --fork'
complete -c runshare -n __runshare_at_options -l loopback -d 'bring up the loopback device inside; implies --net'
complete -c runshare -n __runshare_at_options -l init -d 'run the program below an init, which is PID 1; implies --fork and --pid'
complete -c runshare -n __runshare_at_options -l pivot-root -d 'with --root, change the root of the mount namespace; implies --mount'
complete -c runshare -n __runshare_at_options -l check -d 'report which of these (or all) namespaces can be created, and run nothing'
complete -c runshare -n __runshare_at_options -l json -d 'with --check or --changes, report as JSON'
complete -c runshare -n __runshare_at_options -l close-fds -d 'pass the program no descriptors but standard input, output and error'
complete -c runshare -n __runshare_at_options -l no-new-privs -d 'set-user-ID bits and file capabilities give no program privileges'
complete -c runshare -n __runshare_at_options -l new-session -d 'run the program as a child in a new session: it cannot type into the terminal'
complete -c runshare -n __runshare_at_options -l ephemeral -d 'write changes of the root to memory, and discard them at the end'
