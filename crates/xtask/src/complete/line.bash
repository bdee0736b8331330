
# Offers values of an option: what stands before them is in $before, what is typed of them in $part.
_NAME_value() { # OPTION PROGRAM
    case $1 in
CASES    esac
}

# Reads the line up to the cursor as the program does, and offers what may stand there.
_NAME_line() {
    local words begins before= part option= at last behind=0
    __nsutils_split
    COMPREPLY=()
    last=$((${#words[@]} - 1))
    part=${words[last]}
    for ((at = 1; at < last; at++)); do
        option=
        case ${words[at]} in
            --) ((at++)) && behind=1 && break ;;
            -?*) [[ ${words[at]} =~ VALUED ]] && option=${words[at]} && ((at++)) ;;
            *) PASS ;;
        esac
    done
    if ((at > last)); then
        [[ $option == --* ]] || option=-${option: -1}
        _NAME_value "$option" "$1"
OPERAND    elif [[ $part == --*=* ]]; then
        before=${part%%=*}= part=${part#*=}
        _NAME_value "${before%=}" "$1"
ATTACHED    else
        _NAME "$@"
    fi
    # Readline replaces no more than the last of the words that Bash has split.
    local kept=${words[last]}
    kept=${kept%"$2"}
    COMPREPLY=("${COMPREPLY[@]#"$kept"}")
}

