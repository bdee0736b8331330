#compdef nsutils
# The first word names a program, whose own completion knows the words behind it.
_arguments -S -A '-*' \
    OPTIONS \
    '1:program:(PROGRAMS)' \
    '*::argument:{[[ " PROGRAMS " == *" $words[1] "* ]] && _normal}'
