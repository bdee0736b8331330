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

