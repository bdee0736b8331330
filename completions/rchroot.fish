# Options end at the first operand. What follows is a command line of its own, with its own completion.
function __rchroot_operands
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                break
            case --groups --userspec --chdir
                set -e words[1..2]
            case '-*'
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
    if test (count $words) -le 1
        __fish_complete_directories $words[-1]
    else
        set -l line (string join -- ' ' (string escape -- $words[2..-2]) $words[-1])
        complete "--do-complete=$line"
    end
end

complete -c rchroot -f -a '(__rchroot_operand)'
complete -c rchroot -n __rchroot_at_options -l groups -d 'have these supplementary groups, and no others; none if empty' -r
complete -c rchroot -n __rchroot_at_options -l userspec -d 'be this user, in this group or else the user\'s own; either may be left out' -r
complete -c rchroot -n __rchroot_at_options -l chdir -d 'start in this directory, as it is called inside' -r -f -a "(__fish_complete_directories)"
complete -c rchroot -n __rchroot_at_options -l skip-chdir -d 'stay in the present directory; only if NEWROOT is the old \'/\''
complete -c rchroot -n __rchroot_at_options -l help -d 'show this help and end'
complete -c rchroot -n __rchroot_at_options -l version -d 'show the version and end'
complete -c rchroot -n __rchroot_at_options -l close-fds -d 'the program gets no descriptors but standard input, output and error'
complete -c rchroot -n __rchroot_at_options -l no-new-privs -d 'no program inside gains privileges, by its set-user-ID bit or otherwise'
complete -c rchroot -n __rchroot_at_options -l new-session -d 'the program, a child, is in a session of its own and cannot type into the terminal'
