# The root that an option before this word names. What a shell would make something else of is none.
__nsutils_root_option() { # WORD
    local number root=
    for ((number = 1; number < $1; number++)); do
        case ${words[number]} in
            --root=*) root=${words[number]#*=} ;;
            --root | -R) ((number + 1 < $1)) && root=${words[++number]} ;;
        esac
    done
    printf '%s' "$root"
}

# Where a directory of a root is, in REPLY: a link leads to what it leads to inside, and never out of the root.
__nsutils_enter() { # ROOT DIRECTORY
    local root=${1%/} left=$2 name target links=0
    REPLY=
    while [[ $left ]]; do
        name=${left%%/*} left=${left#"${left%%/*}"}
        left=${left#/}
        if [[ $name == .. ]]; then
            REPLY=${REPLY%/*}
        elif [[ -L $root$REPLY/$name ]]; then
            ((links++ < 40)) || return 1
            target=$(readlink -- "$root$REPLY/$name" && printf x)
            target=${target%$'\n'x}
            [[ $target != /* ]] || REPLY=
            left=$target/$left
        elif [[ $name && $name != . ]]; then
            REPLY+=/$name
        fi
    done
    REPLY=$root$REPLY
    [[ -d $REPLY/ ]]
}

# What there is in a root below what is typed, as from inside.
__nsutils_inside() { # ROOT directories|paths
    local REPLY here above=/ entry name
    [[ $part != */* ]] || above=${part%/*}/
    __nsutils_enter "$1" "$above" || return
    here=$REPLY
    for entry in "$here/${part##*/}"*; do
        name=${entry##*/}
        __nsutils_is_plain "$name" && [[ -e $entry || -L $entry ]] || continue
        if { [[ -d $entry ]] || [[ -L $entry ]]; } && __nsutils_enter "$1" "$above$name"; then
            printf '%s/\n' "$above$name"
        elif [[ $2 == paths ]]; then
            printf '%s\n' "$above$name"
        fi
    done
}

__nsutils_offer_inside() { # ROOT directories|paths
    local root=$1
    [[ $root != "~/"* ]] || root=$HOME/${root#"~/"}
    if [[ ! $root ]]; then
        if [[ $2 == paths ]]; then
            __nsutils_offer_paths compgen -f -- "$part"
        else
            __nsutils_offer_paths compgen -d -- "$part"
        fi
    elif [[ $root$part != *[\\\'\"\$\`]* ]]; then
        compopt -o nospace
        __nsutils_offer_paths __nsutils_inside "$root" "$2"
    fi
}

# SRC is outside, DST inside.
__nsutils_offer_bind() { # ROOT
    if [[ $part != *:* ]]; then
        __nsutils_offer_paths compgen -f -- "$part"
        return
    fi
    before+=${part%%:*}: part=${part#*:}
    if [[ $part != *:* ]]; then
        __nsutils_offer_inside "$1" paths
    else
        before+=${part%%:*}: part=${part#*:}
        __nsutils_offer_list __nsutils_offer_words idmap nodev noexec nosuid
    fi
}

