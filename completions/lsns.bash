# lsns is rlsns.
. "${BASH_SOURCE[0]%/*}/rlsns" && complete -F _rlsns_line -o nosort lsns
