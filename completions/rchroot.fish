# Options end at the first operand. What follows is a command line of its own, with its own completion.
function __rchroot_operands
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                break
            case --groups --userspec
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
complete -c rchroot -n __rchroot_at_options -l skip-chdir -d 'stay in the present directory; only if NEWROOT is the old \'/\''
complete -c rchroot -n __rchroot_at_options -l help -d 'show this help and end'
complete -c rchroot -n __rchroot_at_options -l version -d 'show the version and end'
