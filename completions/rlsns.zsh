#compdef rlsns

autoload -U is-at-least

# What the completions of all programs share: each function offers what it is named after.

# A process decides what it is called, so only printable ASCII is shown of it. Kernel threads cannot be entered; their
# flag is PF_KTHREAD.
__nsutils_processes() {
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

# The containers that rlsns finds, each once: the short id, and the engine that made it. rlsns is beside the program.
__nsutils_containers() {
    local program=${(Q)words[1]} line
    local -a asked found
    asked=(${program%"${program:t}"}rlsns --noheadings --raw --list --output CONTAINER --filter CONTAINER)
    for line in ${(fu)"$(_call_program containers ${(q)asked} 2>/dev/null)"}; do
        [[ $line =~ '^[a-z]+:[0-9a-f]+$' ]] && found+=("${line#*:}:${line%%:*}")
    done
    _describe -t containers container found "$@"
}

# The network namespaces that have a name. Nothing is asked of what has it, which may be a file system that is silent.
__nsutils_networks() { # PREFIX WORDS-OF-COMPADD...
    local -a names
    local prefix=$1
    shift
    names=(/run/netns/*(N))
    names=(${${names##*/}/#/$prefix})
    __nsutils_remove_odd
    compadd "$@" -V networks -a - names
}

# What has namespaces: a container, a process or namespace, a network, or a file or directory.
__nsutils_targets() { # processes|namespaces WORDS-OF-COMPADD...
    local what=$1
    local -i found=0
    shift
    if [[ $PREFIX == ([.~]*|*/*) ]]; then
        _files "$@"
        return
    fi
    # Other words begin with a hexadecimal digit.
    if [[ $PREFIX != [^0-9a-f]* ]]; then
        __nsutils_containers -V containers "$@" && found=1
        __nsutils_$what -V $what "$@" && found=1
    fi
    __nsutils_networks netns: "$@" && found=1
    ((found)) || _files -/ "$@"
}

# The program itself knows these; a line of what it prints is a number or name and what it is, where what a terminal
# would act upon is written as \x1b.
__nsutils_told() { # TAG OPTION... -- WORDS-OF-COMPADD...
    local tag=$1 line
    local -a asked found fields
    shift
    asked=("${(@)argv[1,(i)--]}")
    shift $#asked
    for line in ${(f)"$(_call_program $tag ${(q)words[1]} ${(q)asked[1,-2]} 2>/dev/null)"}; do
        fields=(${=line})
        line=${${(j: :)fields[2,-1]}//\\x20/ }
        found+=("$fields[1]:${line//\\/\\\\}")
    done
    _describe -t $tag $tag found "$@"
}

__nsutils_namespaces() {
    __nsutils_told namespaces --noheadings --raw --output NS,TYPE,COMMAND -- "$@"
}

__nsutils_columns() {
    __nsutils_told columns --list-columns -- "$@"
}

# Takes those names out of $names that a terminal would act upon.
__nsutils_remove_odd() {
    local name
    local -a plain
    for name in $names; do
        __nsutils_is_odd "$name" || plain+=("$name")
    done
    names=($plain)
}

# Whether a terminal would act upon a name: control characters, also those of two bytes, and what turns the direction.
__nsutils_is_odd() { # NAME
    setopt localoptions nomultibyte
    local LC_ALL=C
    [[ $1 == *[[:cntrl:]]* || $1 == *$'\xc2'[$'\x80'-$'\x9f']* || $1 == *$'\xd8\x9c'* ||
        $1 == *$'\xe2\x80'[$'\x8e'$'\x8f'$'\xa8'-$'\xae']* || $1 == *$'\xe2\x81'[$'\xa6'-$'\xa9']* ]]
}

# Whole paths, and so only where nothing is typed: from there on it is files below what is typed, and both at once have
# no beginning in common, which zsh would put in place of it.
__nsutils_namespace_files() { # KIND
    local -a names fields
    local line
    if [[ ! $PREFIX ]]; then
        while read -r line; do
            fields=(${=line})
            [[ $fields[4] != $1:* ]] || names+=(${(g:o:)fields[5]})
        done </proc/self/mountinfo
        __nsutils_remove_odd
        compadd -f -a names
    fi
    _files
}

# The files of networks that have a name, to mount a new one on; as above.
__nsutils_network_files() {
    [[ $PREFIX ]] || __nsutils_networks /run/netns/ -f
    _files
}

__nsutils_users() {
    local expl
    local -a names
    zstyle -a ":completion:${curcontext}:users" users names || names=(${(k)userdirs})
    __nsutils_remove_odd
    _wanted users expl user compadd "$@" -a - names
}

__nsutils_groups() {
    local expl
    local -a names
    zstyle -a ":completion:${curcontext}:" groups names ||
        names=(${${(f)"$(_call_program groups getent group 2>/dev/null)"}%%:*})
    __nsutils_remove_odd
    _wanted groups expl group compadd "$@" -a - names
}

__nsutils_variables() {
    _parameters -g '*export*' "$@"
}

# What a function finds, and the word follow.
__nsutils_or_follow() { # FUNCTION WORDS-OF-COMPADD...
    compadd "${@[2,-1]}" -- follow
    "$@"
}

__nsutils_list() { # COMMAND...
    compset -P '+'
    compset -P '*,'
    "$@"
}

__nsutils_user_group() {
    if compset -P '*:'; then
        __nsutils_groups
    else
        __nsutils_users -qS:
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
'*-p+[namespaces of this process, see rnsenter(1) for others]:TARGET: __nsutils_targets processes' \
'*--task=[namespaces of this process, see rnsenter(1) for others]:TARGET: __nsutils_targets processes' \
'*-o+[show these columns; +LIST\: add them to the default ones]:LIST: __nsutils_list __nsutils_columns -qS,' \
'*--output=[show these columns; +LIST\: add them to the default ones]:LIST: __nsutils_list __nsutils_columns -qS,' \
'*-Q+[namespaces for which the expression is true]:EXPR: __nsutils_columns' \
'*--filter=[namespaces for which the expression is true]:EXPR: __nsutils_columns' \
'*-t+[namespaces of this type; may be given several times]:NAME:(user cgroup ipc uts net pid mnt time)' \
'*--type=[namespaces of this type; may be given several times]:NAME:(user cgroup ipc uts net pid mnt time)' \
'*-T-[show a tree by owner (default), parent or process]::REL:(owner parent process)' \
'*--tree=-[show a tree by owner (default), parent or process]::REL:(owner parent process)' \
'*--holders=[show what keeps this namespace alive]:TARGET: __nsutils_targets namespaces' \
'*--compare=[compare the namespaces of these processes; one\: with the caller]:TARGET[,TARGET...]: __nsutils_list __nsutils_targets processes -qS,' \
'*--graph=-[draw a graph for Graphviz\: dot (default), mermaid or json]::FORM:(dot mermaid json)' \
'-J[write JSON]' \
'--json[write JSON]' \
'-h[show this help and exit]' \
'--help[show this help and exit]' \
'--output-all[show all columns of the original]' \
'-P[namespaces without processes]' \
'--persistent[namespaces without processes]' \
'-u[do not truncate at the width of the terminal]' \
'--notruncate[do not truncate at the width of the terminal]' \
'-V[show the version and exit]' \
'--version[show the version and exit]' \
'-n[do not print headings]' \
'--noheadings[do not print headings]' \
'-W[print each namespace on one line, paths joined by commas]' \
'--nowrap[print each namespace on one line, paths joined by commas]' \
'-l[show a list instead of a tree]' \
'--list[show a list instead of a tree]' \
'-r[separate columns by one space, write others as \\x20]' \
'--raw[separate columns by one space, write others as \\x20]' \
'-H[list the columns]' \
'--list-columns[list the columns]' \
'--hidden[also namespaces that the original does not find]' \
'--no-hidden[only namespaces that the original finds]' \
'::namespace -- list the processes in the namespace with this inode number: __nsutils_targets namespaces' \
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
