# unshare is runshare.
. "${BASH_SOURCE[0]%/*}/runshare" && complete -F _runshare_line -o nosort unshare
