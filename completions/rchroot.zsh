#compdef rchroot

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

# The root that an option before the cursor names.
__nsutils_root_option() {
    local number
    REPLY=
    for ((number = 2; number < CURRENT; number++)); do
        case $words[number] in
            --root=*) REPLY=${(Q)words[number]#*=} ;;
            --root | -R) ((number + 1 < CURRENT)) && REPLY=${(Q)words[++number]} ;;
        esac
    done
}

# Where a directory of a root is, in REPLY: a link leads to what it leads to inside, and never out of the root.
__nsutils_enter() { # ROOT DIRECTORY
    local root=${1%/} left=$2 name target
    local -i links=0
    REPLY=
    while [[ -n $left ]]; do
        name=${left%%/*}
        left=${${left#"$name"}#/}
        if [[ $name == .. ]]; then
            REPLY=${REPLY%/*}
        elif [[ -L $root$REPLY/$name ]]; then
            ((links++ < 40)) || return 1
            target=$(readlink -- $root$REPLY/$name && print -rn x)
            target=${target%$'\n'x}
            [[ $target != /* ]] || REPLY=
            left=$target/$left
        elif [[ -n $name && $name != . ]]; then
            REPLY+=/$name
        fi
    done
    REPLY=$root$REPLY
    [[ -d $REPLY/ ]]
}

# What there is in a root below what is typed, as from inside. A name that a terminal would act upon is left out.
__nsutils_inside() { # ROOT directories|paths
    local REPLY root=${1/#\~\//$HOME/} above=/ here entry name
    local -a directories others
    [[ $PREFIX != */* ]] || above=${PREFIX%/*}/
    __nsutils_enter "$root" "${(Q)above}" || return 1
    here=$REPLY
    for entry in $here/*(DN); do
        name=${entry##*/}
        ! __nsutils_is_odd "$name" || continue
        if [[ -d $entry || -L $entry ]] && __nsutils_enter "$root" "${(Q)above}$name"; then
            directories+=("$name")
        else
            others+=("$name")
        fi
    done
    compset -P '*/'
    compadd -q -S/ -- $directories
    [[ $2 == directories ]] || compadd -- $others
}

# A value that is a path of the new root, or of the caller's if none is named.
__nsutils_inside_value() { # directories|paths
    local REPLY
    __nsutils_root_option
    if [[ -n $REPLY ]]; then
        __nsutils_inside "$REPLY" $1
    elif [[ $1 == paths ]]; then
        _files
    else
        _files -/
    fi
}

# SRC is outside, DST inside.
__nsutils_bind() {
    if [[ $PREFIX != *:* ]]; then
        _files
    elif [[ $PREFIX == *:*:* ]]; then
        compset -P '*[:,]'
        compadd -q -S, -- idmap nodev noexec nosuid
    else
        compset -P '*:'
        __nsutils_inside_value paths
    fi
}

# The program: a path of it, or of its arguments, is one of the root.
__nsutils_command() { # ROOT
    if [[ -n $1 && $PREFIX == /* ]]; then
        __nsutils_inside "$1" paths
    else
        _normal
    fi
}

_rchroot() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C -A '-*')
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'*--groups=[set these supplementary groups (GROUP,...) and no others; none if empty]:G_LIST: __nsutils_list __nsutils_groups -qS,' \
'*--userspec=[run as this user, in this group or the user'\''s own; either may be omitted]:USER\:GROUP: __nsutils_user_group' \
'*--chdir=[start in this directory, a path inside NEWROOT]:DIR: __nsutils_inside_value directories' \
'*--mount-api=-[mount proc, sys, dev, run, tmp and resolv.conf inside]::host|private|rescue:(host private rescue)' \
'*--mount-sys=-[mount a read-only sysfs on DIR (/sys)]::DIR: __nsutils_inside_value directories' \
'*--mount-dev=-[mount a /dev with few devices on DIR (/dev)]::DIR: __nsutils_inside_value directories' \
'*--resolv-conf=[whether the caller'\''s /etc/resolv.conf is seen inside]:auto|off:(auto off)' \
'*--bind=[show a file or directory of outside at DST inside; may be repeated]:SRC[\:DST[\:OPTIONS]]: __nsutils_bind' \
'*--bind-ro=[the same, read-only]:SRC[\:DST[\:OPTIONS]]: __nsutils_bind' \
'*--tmpfs=[mount a tmpfs on DIR inside; may be repeated]:DIR[\:OPTIONS]: __nsutils_inside_value directories' \
'*--overlay=[what is written to the root goes to DIR/upper; implies --fork]:DIR:_files -/' \
'*--changes=[list what differs in the DIR of --overlay, and run nothing]:DIR:_files -/' \
'*--whitelist-env=[the command gets only these variables, named with commas between them]:LIST: __nsutils_list __nsutils_variables -qS,' \
'--skip-chdir[keep the working directory; only if NEWROOT is the old '\''/'\'']' \
'--help[show this help and exit]' \
'--version[show the version and exit]' \
'--close-fds[pass the program no descriptors but standard input, output and error]' \
'--no-new-privs[set-user-ID bits and file capabilities give no program privileges]' \
'--new-session[run the program as a child in a new session\: it cannot type into the terminal]' \
'--ephemeral[write changes of the root to memory, and discard them at the end]' \
'--json[with --changes, report as JSON]' \
'--clear-env[the command gets an empty environment]' \
'--reset-env[reset the environment to a login'\''s\: HOME, SHELL, USER, LOGNAME, PATH, TERM]' \
':newroot:_files -/' \
'*:::program: __nsutils_command "${(Q)line[1]}"' \
&& ret=0
}

(( $+functions[_rchroot_commands] )) ||
_rchroot_commands() {
    local commands; commands=()
    _describe -t commands 'rchroot commands' commands "$@"
}

if [ "$funcstack[1]" = "_rchroot" ]; then
    _rchroot "$@"
else
    compdef _rchroot rchroot
fi
