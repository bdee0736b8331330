# lsns is rlsns.
complete -c lsns -w rlsns
