# unshare is runshare.
complete -c unshare -w runshare
