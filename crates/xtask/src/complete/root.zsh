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

