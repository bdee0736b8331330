# The root that an option before the cursor names.
function __nsutils_root_option
    set -l root
    set -l words (commandline -opc)
    while set -q words[2]
        set -e words[1]
        if contains -- $words[1] --root -R
            set root $words[2]
        else if string match -q -- '--root=*' $words[1]
            set root (string replace -- --root= '' $words[1])
        end
    end
    printf '%s\n' $root
end

# Where a directory of a root is: a link leads to what it leads to inside, and never out of the root.
function __nsutils_enter # ROOT DIRECTORY
    # A command substitution would split a path here.
    string match -q -- '*'\n'*' $argv
    and return 1
    set -l root (string replace -r '/$' '' -- $argv[1])
    set -l left (string split -n / -- $argv[2])
    set -l here ''
    set -l links 0
    while set -q left[1]
        set -l name $left[1]
        set -e left[1]
        if test "$name" = ..
            set here (string replace -r '/[^/]*$' '' -- $here)
        else if test -L "$root$here/$name"
            set links (math $links + 1)
            test $links -le 40
            or return 1
            set -l target (readlink -- "$root$here/$name" | string collect)
            string match -q -- '*'\n'*' $target
            and return 1
            string match -q -- '/*' $target
            and set here ''
            set left (string split -n / -- $target) $left
        else if test "$name" != .
            set here $here/$name
        end
    end
    test -d "$root$here/"
    and printf '%s\n' $root$here
end

# What there is in a root below what is typed, as from inside. A name that a terminal would act upon is left out.
function __nsutils_inside # ROOT directories|paths TYPED
    set -l root (string replace -r '^~/' "$HOME/" -- $argv[1])
    set -l above (string match -r '^.*/' -- $argv[3])
    or set above /
    set -l here (__nsutils_enter $root $above)
    or return
    for entry in $here/* $here/.*
        __nsutils_is_odd $entry
        and continue
        set -l name (string replace -r '^.*/' '' -- $entry)
        if begin
                test -d $entry
                or test -L $entry
            end
            and __nsutils_enter $root $above$name >/dev/null
            printf '%s/\n' $above$name
        else if test $argv[2] = paths
            printf '%s\n' $above$name
        end
    end
end

# A value that is a path of the new root, or of the caller's if none is named.
function __nsutils_inside_value # directories|paths TYPED
    set -l root (__nsutils_root_option)
    if test -n "$root"
        __nsutils_inside $root $argv[1] "$argv[2]"
    else if test $argv[1] = paths
        __fish_complete_path "$argv[2]"
    else
        __fish_complete_directories "$argv[2]"
    end
end

# SRC is outside, DST inside.
function __nsutils_bind
    set -l typed (__nsutils_typed)
    set -l fields (string split : -- $typed)
    switch (count $fields)
        case 0 1
            __fish_complete_path "$typed"
        case 2
            for path in (__nsutils_inside_value paths $fields[2])
                printf '%s:%s\n' $fields[1] $path
            end
        case '*'
            set -l before (string match -r '^.*[:,]' -- $typed)
            printf '%s\n' $before{idmap,nodev,noexec,nosuid}
    end
end

