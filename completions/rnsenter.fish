# Options end at the first operand. What follows is a command line of its own, with its own completion.
function __rnsenter_operands
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                break
            case -t --target -N --net-socket -S --setuid -G --setgid
                set -e words[1..2]
            case '-*'
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
    if test (count $words) -le 0
        __fish_complete_directories $words[-1]
    else
        set -l line (string join -- ' ' (string escape -- $words[1..-2]) $words[-1])
        complete "--do-complete=$line"
    end
end

complete -c rnsenter -f -a '(__rnsenter_operand)'
complete -c rnsenter -n __rnsenter_at_options -s t -l target -d 'a process (INODE: its pidfd\'s), a namespace by its inode, kept namespaces, a container by its id' -r -f -a "(__fish_complete_pids; __fish_complete_directories)"
complete -c rnsenter -n __rnsenter_at_options -s m -l mount -d 'mounts' -F
complete -c rnsenter -n __rnsenter_at_options -s u -l uts -d 'host name and domain name' -F
complete -c rnsenter -n __rnsenter_at_options -s i -l ipc -d 'System V IPC and POSIX message queues' -F
complete -c rnsenter -n __rnsenter_at_options -s n -l net -d 'network' -F
complete -c rnsenter -n __rnsenter_at_options -s N -l net-socket -d 'the network of this socket of the target' -r
complete -c rnsenter -n __rnsenter_at_options -s p -l pid -d 'process numbers, for the children' -F
complete -c rnsenter -n __rnsenter_at_options -s U -l user -d 'users, groups and capabilities' -F
complete -c rnsenter -n __rnsenter_at_options -s C -l cgroup -d 'the root of /proc/PID/cgroup' -F
complete -c rnsenter -n __rnsenter_at_options -s T -l time -d 'clocks' -F
complete -c rnsenter -n __rnsenter_at_options -s S -l setuid -d 'become this user inside, or the target\'s' -r
complete -c rnsenter -n __rnsenter_at_options -s G -l setgid -d 'become this group inside, with no others, or the target\'s' -r
complete -c rnsenter -n __rnsenter_at_options -s r -l root -d 'the root directory: the target\'s, or DIR as it is here' -f -a "(__fish_complete_directories)"
complete -c rnsenter -n __rnsenter_at_options -s w -l wd -d 'the working directory: the target\'s, or DIR as it is here' -f -a "(__fish_complete_directories)"
complete -c rnsenter -n __rnsenter_at_options -s W -l wdns -d 'the working directory, DIR as it is inside' -f -a "(__fish_complete_directories)"
complete -c rnsenter -n __rnsenter_at_options -s a -l all -d 'enter all namespaces of the target'
complete -c rnsenter -n __rnsenter_at_options -s h -l help -d 'show this help and end'
complete -c rnsenter -n __rnsenter_at_options -s V -l version -d 'show the version and end'
complete -c rnsenter -n __rnsenter_at_options -s e -l env -d 'the program gets the target\'s environment'
complete -c rnsenter -n __rnsenter_at_options -s F -l no-fork -d 'with --pid, become the program and do not run it as a child'
complete -c rnsenter -n __rnsenter_at_options -s c -l join-cgroup -d 'move into the target\'s cgroup (version 2)'
complete -c rnsenter -n __rnsenter_at_options -l preserve-credentials -d 'stay the same user and group in a user namespace'
complete -c rnsenter -n __rnsenter_at_options -l keep-caps -d 'the program keeps the capabilities of the user namespace'
complete -c rnsenter -n __rnsenter_at_options -l user-parent -d 'the parent of the target\'s user namespace'
complete -c rnsenter -n __rnsenter_at_options -s Z -l follow-context -d 'run the program in the target\'s SELinux context'
complete -c rnsenter -n __rnsenter_at_options -l clear-env -d 'the program gets an empty environment'
complete -c rnsenter -n __rnsenter_at_options -l close-fds -d 'the program gets no descriptors but standard input, output and error'
complete -c rnsenter -n __rnsenter_at_options -l no-new-privs -d 'no program inside gains privileges, by its set-user-ID bit or otherwise'
complete -c rnsenter -n __rnsenter_at_options -l new-session -d 'the program, a child, is in a session of its own and cannot type into the terminal'
