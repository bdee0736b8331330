# What the completions of all programs share: each function offers what it is named after.

# A process decides what it is called, so only printable ASCII is shown of it. Kernel threads cannot be entered; their
# flag is PF_KTHREAD.
__nsutils_processes() {
    setopt localoptions extendedglob
    local LC_ALL=C
    local -a processes fields
    local directory stat command
    for directory in /proc/<1->(N/); do
        stat=
        { IFS= read -r -d '' stat <$directory/stat } 2>/dev/null
        [[ $stat == *\(*\)* ]] || continue
        command=${${stat#*\(}%\)*}
        fields=(${=stat##*\)})
        ((fields[7] & 0x200000)) || processes+=("${directory:t}:${command//[^ -~]/?}")
    done
    _describe -t processes process processes "$@"
}

# The containers that rlsns finds, each once: the short id, and the engine that made it. rlsns stands beside the program.
__nsutils_containers() {
    local program=${(Q)words[1]} line
    local -a asked found
    asked=(${program%"${program:t}"}rlsns --noheadings --raw --list --output CONTAINER --filter CONTAINER)
    for line in ${(fu)"$(_call_program containers ${(q)asked} 2>/dev/null)"}; do
        [[ $line =~ '^[a-z]+:[0-9a-f]+$' ]] && found+=("${line#*:}:${line%%:*}")
    done
    _describe -t containers container found "$@"
}

# What has namespaces: a container, a process, or a directory of persistent ones.
__nsutils_targets() {
    if [[ $PREFIX != *[/.~]* ]]; then
        __nsutils_containers -V containers "$@"
        __nsutils_processes -V processes "$@" && return
    fi
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
        found+=("$fields[1]:${${(j: :)fields[2,-1]}//\\x20/ }")
    done
    _describe -t $tag $tag found "$@"
}

__nsutils_namespaces() {
    __nsutils_told namespaces --noheadings --raw --output NS,TYPE,COMMAND -- "$@"
}

__nsutils_columns() {
    __nsutils_told columns --list-columns -- "$@"
}

# Whole paths, and so only where nothing is typed: from there on it is files below what is typed, and both at once have
# no beginning in common, which zsh would put in place of it.
__nsutils_namespace_files() { # KIND
    local -a found fields
    local line
    if [[ $PREFIX ]]; then
        _files
        return
    fi
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

# Without CAP_, in the order of their numbers.
__nsutils_capabilities() {
    local -a names
    names=(all @CAPABILITIES@)
    compadd "$@" -- $names
}

# What follows the = is a number.
__nsutils_resources() {
    local -a names
    names=(@RESOURCES@)
    compadd -S= -- $names
}

# What follows the = is a size, a number, a share such as 50%.
__nsutils_cgroup_limits() {
    compadd -S= -- memory pids cpu
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

