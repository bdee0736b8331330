# What the completions of all programs share. A function named after what it finds prints one a line, perhaps
# with a tab and what is to be known of it.

# A process decides what it is called, so only printable ASCII is shown of it. Kernel threads cannot be entered; their
# flag is PF_KTHREAD.
__nsutils_processes() {
    local LC_ALL=C directory stat command fields
    for directory in /proc/[0-9]*; do
        IFS= read -r -d '' stat 2>/dev/null <"$directory/stat"
        [[ $stat == *\(*\)* ]] || continue
        command=${stat#*\(}
        command=${command%\)*}
        read -r -a fields <<<"${stat##*\)}"
        ((fields[6] & 0x200000)) || printf '%s\t%s\n' "${directory#/proc/}" "${command//[^ -~]/?}"
    done 2>/dev/null
}

# The containers that rlsns finds, each once: the short id, and the engine that made it. rlsns is beside the program.
__nsutils_containers() { # PROGRAM
    local rlsns=${1%"${1##*/}"}rlsns container
    "$rlsns" --noheadings --raw --list --output CONTAINER --filter CONTAINER 2>/dev/null | sort -u |
        while read -r container; do
            [[ ! $container =~ ^([a-z]+):([0-9a-f]+)$ ]] ||
                printf '%s\t%s\n' "${BASH_REMATCH[2]}" "${BASH_REMATCH[1]}"
        done
}

# The network namespaces that have a name. Nothing is asked of what has it, which may be a file system that is silent.
__nsutils_networks() { # PREFIX
    local point
    for point in /run/netns/*; do
        ! __nsutils_is_plain "$point" || [[ $point == '/run/netns/*' ]] || printf '%s\n' "$1${point##*/}"
    done
}

# What has namespaces: a container, a process or namespace, a network, or a file or directory.
__nsutils_offer_targets() { # processes|namespaces PROGRAM
    if [[ $part == [.~]* || $part == */* ]]; then
        __nsutils_offer_paths compgen -f -- "$part"
        return
    fi
    __nsutils_offer < <(
        # Other words begin with a hexadecimal digit.
        if [[ $part != [!0-9a-f]* ]]; then
            __nsutils_containers "$2"
            "__nsutils_$1" "$2"
        fi
        __nsutils_networks netns:
    )
    ((${#COMPREPLY[@]})) || __nsutils_offer_paths compgen -d -- "$part"
}

# rlsns writes what a terminal would act upon as \x1b.
__nsutils_namespaces() { # PROGRAM
    local number kind command
    "$1" --noheadings --raw --output NS,TYPE,COMMAND 2>/dev/null | while read -r number kind command; do
        printf '%s\t%s\n' "$number" "$kind ${command//'\x20'/ }"
    done
}

__nsutils_columns() { # PROGRAM
    local name kind text
    "$1" --list-columns 2>/dev/null | while read -r name kind text; do
        printf '%s\t%s\n' "$name" "$text"
    done
}

# The files that a namespace of this type is mounted on. Octal digits represent blanks and backslashes there; with a
# zero before them no digit behind is one of them.
__nsutils_namespace_files() { # TYPE
    local root point
    while read -r _ _ _ root point _; do
        [[ $root == "$1":* ]] || continue
        printf -v point %b "${point//\\/\\0}"
        ! __nsutils_is_plain "$point" || printf '%s\n' "$point"
    done </proc/self/mountinfo
    compgen -f -- "$part"
}

# The files of networks that have a name, to mount a new one on.
__nsutils_network_files() {
    __nsutils_networks /run/netns/
    compgen -f -- "$part"
}

__nsutils_users() {
    compgen -u
}

__nsutils_groups() {
    compgen -g
}

__nsutils_variables() {
    compgen -e
}

# Whether a terminal would act upon a name: control characters, also those of two bytes, and what turns the direction.
__nsutils_is_odd() { # NAME
    local LC_ALL=C
    [[ $1 == *[[:cntrl:]]* || $1 == *$'\xc2'[$'\x80'-$'\x9f']* || $1 == *$'\xd8\x9c'* ||
        $1 == *$'\xe2\x80'[$'\x8e'$'\x8f'$'\xa8'-$'\xae']* || $1 == *$'\xe2\x81'[$'\xa6'-$'\xa9']* ]]
}

# Whether a path that others name can be offered: a terminal only shows it, and Readline quotes it as a whole.
__nsutils_is_plain() { # PATH
    [[ $1 != *[\$\`\(\)]* ]] && ! __nsutils_is_odd "$1"
}

# Offers what it reads, each behind $before; what is known of it is for a person to read, and not to be inserted. What
# is no path is quoted here. A name that a terminal would act upon is left out.
__nsutils_offer() {
    local value text plain=()
    local -A offered=()
    while IFS=$'\t' read -r value text; do
        if [[ $value == *[!A-Za-z0-9_./:@%+,=-]* && ! $paths ]]; then
            ! __nsutils_is_odd "$value" || continue
            printf -v value %q "$value"
        fi
        [[ $value == "$part"* && $value && -z ${offered[$value]} ]] || continue
        offered[$value]=yes
        plain+=("$before$value")
        COMPREPLY+=("$before$value${text:+  ($text)}")
    done
    # 37 and 42: the keys that insert them all, or one after another.
    if ((${#plain[@]} == 1 || COMP_TYPE == 37 || COMP_TYPE == 42)); then
        COMPREPLY=("${plain[@]}")
    fi
}

# What the command finds is paths.
__nsutils_offer_paths() { # COMMAND...
    local paths=yes
    compopt -o filenames
    __nsutils_offer < <("$@")
}

# A value follows those that end in =.
__nsutils_offer_words() { # WORD...
    [[ $1 != *= ]] || compopt -o nospace
    __nsutils_offer < <(printf '%s\n' "$@")
}

# What a function finds, beside these words.
__nsutils_offer_found() { # FUNCTION PROGRAM WORD...
    __nsutils_offer < <(
        (($# < 3)) || printf '%s\n' "${@:3}"
        "__nsutils_$1" "$2"
    )
}

# What the command offers may be given several times, with commas between.
__nsutils_offer_list() { # COMMAND...
    compopt -o nospace
    if [[ $part == +* ]]; then
        before+=+ part=${part#+}
    fi
    if [[ $part == *,* ]]; then
        before+=${part%,*}, part=${part##*,}
    fi
    "$@"
}

__nsutils_offer_user_group() {
    if [[ $part == *:* ]]; then
        before+=${part%%:*}: part=${part#*:}
        __nsutils_offer_found groups
    else
        compopt -o nospace
        __nsutils_offer_found users
    fi
}

# Splits the line up to the cursor into words as a shell does, where Bash also splits at = and :, and notes where in
# COMP_WORDS each begins.
__nsutils_split() {
    local left=${COMP_LINE:0:COMP_POINT} blank word number
    words=() begins=()
    for ((number = 0; number <= COMP_CWORD; number++)); do
        blank=${left%%[![:blank:]]*}
        left=${left#"$blank"}
        word=${COMP_WORDS[number]}
        ((number < COMP_CWORD)) || word=$left
        left=${left#"$word"}
        if ((number == 0)) || [[ $blank ]]; then
            words+=("$word") begins+=("$number")
        else
            words[-1]+=$word
        fi
    done
}

