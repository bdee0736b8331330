#compdef rlsns

autoload -U is-at-least

# What the completions of all programs share: each function offers what it is named after.

__nsutils_processes() {
    local -a processes
    local directory command
    for directory in /proc/<1->(N/); do
        { read -r command <$directory/comm } 2>/dev/null && processes+=("${directory:t}:$command")
    done
    _describe -t processes process processes "$@"
}

# What has namespaces: a process, or a directory of kept ones.
__nsutils_targets() {
    __nsutils_processes "$@"
    _files -/ "$@"
}

# The program itself knows these; a line of what it prints is a number or name and what it is.
__nsutils_told() { # TAG OPTION... -- WORDS-OF-COMPADD...
    local tag=$1 line
    local -a asked found fields
    shift
    asked=("${(@)argv[1,(i)--]}")
    shift $#asked
    for line in ${(f)"$(_call_program $tag ${(q)words[1]} ${(q)asked[1,-2]} 2>/dev/null)"}; do
        fields=(${=line})
        found+=("$fields[1]:${(j: :)fields[2,-1]}")
    done
    _describe -t $tag $tag found "$@"
}

__nsutils_namespaces() {
    __nsutils_told namespaces --noheadings --raw --output NS,TYPE,COMMAND -- "$@"
}

__nsutils_columns() {
    __nsutils_told columns --list-columns -- "$@"
}

__nsutils_namespace_files() { # KIND
    local -a found fields
    local line
    while read -r line; do
        fields=(${=line})
        [[ $fields[4] == $1:* ]] && found+=(${(g::)fields[5]})
    done </proc/self/mountinfo
    (($#found)) && compadd -f -- $found
    _files
}

__nsutils_users() {
    _users "$@"
}

__nsutils_groups() {
    _groups "$@"
}

__nsutils_signals() {
    local -a names
    names=(${signals:#(EXIT|ZERR|DEBUG)})
    _describe -t signals signal names
}

__nsutils_variables() {
    _parameters -g '*export*' "$@"
}

__nsutils_list() { # FUNCTION
    compset -P '+'
    compset -P '*,'
    __nsutils_$1 -qS,
}

__nsutils_user_group() {
    if compset -P '*:'; then
        _groups
    else
        _users -qS:
    fi
}

_rlsns() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'*-p+[those that this process is in]:PID: __nsutils_processes' \
'*--task=[those that this process is in]:PID: __nsutils_processes' \
'*-o+[these columns; +LIST\: these besides the default ones]:LIST: __nsutils_list columns' \
'*--output=[these columns; +LIST\: these besides the default ones]:LIST: __nsutils_list columns' \
'*-Q+[those for which the expression holds]:EXPR: __nsutils_columns' \
'*--filter=[those for which the expression holds]:EXPR: __nsutils_columns' \
'*-t+[those of this type; may be given several times]:NAME:(user cgroup ipc uts net pid mnt time)' \
'*--type=[those of this type; may be given several times]:NAME:(user cgroup ipc uts net pid mnt time)' \
'*-T-[a tree by owner (the default), parent or process]::REL:(owner parent process)' \
'*--tree=-[a tree by owner (the default), parent or process]::REL:(owner parent process)' \
'*--holders=[who keeps this namespace alive, and how]:NS: __nsutils_namespaces' \
'*--compare=[which namespaces these processes share; one PID\: with the caller]:PID[,PID...]: __nsutils_list processes' \
'*--graph=-[a picture, for Graphviz\: dot (the default), or mermaid]::FORM:(dot mermaid)' \
'-J[write JSON]' \
'--json[write JSON]' \
'-h[show this help and end]' \
'--help[show this help and end]' \
'--output-all[all columns]' \
'-P[those that no process is in]' \
'--persistent[those that no process is in]' \
'-u[never cut a text to the terminal'\''s width]' \
'--notruncate[never cut a text to the terminal'\''s width]' \
'-V[show the version and end]' \
'--version[show the version and end]' \
'-n[without the line of headings]' \
'--noheadings[without the line of headings]' \
'-W[one line a namespace\: several paths joined by commas]' \
'--nowrap[one line a namespace\: several paths joined by commas]' \
'-l[a list, not a tree]' \
'--list[a list, not a tree]' \
'-r[one blank between columns, blanks inside them as \\x20]' \
'--raw[one blank between columns, blanks inside them as \\x20]' \
'-H[what columns there are]' \
'--list-columns[what columns there are]' \
'::namespace -- the inode number of a namespace, whose processes are to be listed: __nsutils_namespaces' \
&& ret=0
}

(( $+functions[_rlsns_commands] )) ||
_rlsns_commands() {
    local commands; commands=()
    _describe -t commands 'rlsns commands' commands "$@"
}

if [ "$funcstack[1]" = "_rlsns" ]; then
    _rlsns "$@"
else
    compdef _rlsns rlsns
fi
