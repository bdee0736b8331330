#compdef unshare
# unshare is runshare.
_runshare "$@"
