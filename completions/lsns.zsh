#compdef lsns
# lsns is rlsns.
_rlsns "$@"
