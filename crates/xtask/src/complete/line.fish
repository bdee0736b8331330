# Options end at the first operand. What follows is a command line of its own, with its own completion.
function __NAME_operands
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                break
            case '-*'
                if string match -qr 'VALUED' -- $words[1]
                    set -e words[1]
                end
                set -e words[1]
            case '*'
                break
        end
    end
    string join \n -- $words
end

function __NAME_at_options
    not count (__NAME_operands) >/dev/null
end

function __NAME_operand
    set -l words (__NAME_operands) (commandline -ct)
    # A word like --option=value is not an operand; its option has the candidates.
    string match -q -- '-*' $words[-1]; and __NAME_at_options; and return
    if test (count $words) -le OPERANDS
        __fish_complete_directories $words[-1]
INSIDE    else
        set -l line (string join -- ' ' (string escape -- $words[FIRST..-2]) $words[-1])
        complete "--do-complete=$line"
    end
end

complete -c NAME -f -a '(__NAME_operand)'
