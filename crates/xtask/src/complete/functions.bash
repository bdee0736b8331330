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

# The containers that rlsns finds, each once: the short id, and the engine that made it. rlsns stands beside the program.
__nsutils_containers() { # PROGRAM
    local rlsns=${1%"${1##*/}"}rlsns container
    "$rlsns" --noheadings --raw --list --output CONTAINER --filter CONTAINER 2>/dev/null | sort -u |
        while read -r container; do
            [[ ! $container =~ ^([a-z]+):([0-9a-f]+)$ ]] ||
                printf '%s\t%s\n' "${BASH_REMATCH[2]}" "${BASH_REMATCH[1]}"
        done
}

# What has namespaces: a container, a process, or a directory of persistent ones.
__nsutils_offer_targets() { # PROGRAM
    if [[ $part != *[/.~]* ]]; then
        __nsutils_offer < <(
            __nsutils_containers "$1"
            __nsutils_processes
        )
    fi
    ((${#COMPREPLY[@]})) || __nsutils_offer_paths compgen -d -- "$part"
}

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

__nsutils_namespace_files() { # PROGRAM KIND
    local root point
    while read -r _ _ _ root point _; do
        [[ $root != "$2":* ]] || printf '%b\n' "$point"
    done </proc/self/mountinfo
    compgen -f -- "$part"
}

__nsutils_users() {
    compgen -u
}

__nsutils_groups() {
    compgen -g
}

# Bash counts among them what only its trap knows.
__nsutils_signals() {
    local name
    for name in $(compgen -A signal SIG); do
        [[ $name == *JUNK* ]] || printf '%s\n' "${name#SIG}"
    done
}

# Without CAP_, in the order of their numbers.
__nsutils_capabilities() {
    printf '%s\n' all @CAPABILITIES@
}

# What follows the = is a number.
__nsutils_resources() {
    printf '%s=\n' @RESOURCES@
}

# What follows the = is a size, a number, a share such as 50%.
__nsutils_cgroup_limits() {
    printf '%s=\n' memory pids cpu
}

__nsutils_variables() {
    compgen -e
}

# Offers what it reads, each behind $before; what is known of it is for a person to read, and not to be inserted.
__nsutils_offer() {
    local value text plain=()
    local -A offered=()
    while IFS=$'\t' read -r value text; do
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
    compopt -o filenames
    __nsutils_offer < <("$@")
}

# What the command finds may be given several times, with commas between.
__nsutils_offer_list() { # COMMAND...
    compopt -o nospace
    if [[ $part == +* ]]; then
        before+=+ part=${part#+}
    fi
    if [[ $part == *,* ]]; then
        before+=${part%,*}, part=${part##*,}
    fi
    __nsutils_offer < <("$@")
}

__nsutils_offer_user_group() {
    if [[ $part == *:* ]]; then
        before+=${part%%:*}: part=${part#*:}
        __nsutils_offer < <(compgen -g)
    else
        compopt -o nospace
        __nsutils_offer < <(compgen -u)
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

