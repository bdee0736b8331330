# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# The programs with the C library inside, below /static.

each_starts_where_there_is_no_c_library() {
    mkdir -p root/static
    cp /static/* root/static
    for tool in runshare rnsenter rlsns rchroot; do
        has "$(chroot root "/static/$tool" --version)" nsutils
    done
}

all_types_are_made_and_entered() {
    PATH=/static:$PATH
    target -CimnpTu
    same 'cgroup ipc mnt net pid time uts' "$(new "$(links)" "$(rnsenter -t "$target" --all links)")"
}

maps_and_names_are_read() {
    PATH=/static:$PATH
    same '0 100000 65536' "$(runshare --map-auto cat /proc/self/uid_map | xargs)"
    same '0 200000 65536' "$(runshare --owner 1000:1000 --map-users 0:200000:65536 cat /proc/self/uid_map | xargs)"
    same '1000 1000 1000' "$(rchroot --userspec=tester / sh -c 'echo $(id -u) $(id -g) $(id -G)')"
    same '1000' "$(runshare --map-user=tester id -u)"
}

a_user_of_the_new_root_is_found() {
    mkdir -p root/bin root/etc
    cp /bin/busybox root/bin/id
    echo 'inside:x:500:501::/:/bin/sh' >root/etc/passwd
    same 500 "$(/static/rchroot --userspec=inside root id -u)"
}
