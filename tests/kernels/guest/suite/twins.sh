# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# Ours and the original, called by one name, do the same on this kernel: status, output and complaint, to the byte.

twin() { # NAME ARGUMENT...
    name=$1
    shift
    mkdir -p ours
    case $name in
    unshare) ln -sf /usr/bin/runshare ours/unshare ;;
    nsenter) ln -sf /usr/bin/rnsenter ours/nsenter ;;
    lsns) ln -sf /usr/bin/rlsns ours/lsns ;;
    esac
    run "/original/$name" "$@"
    theirs="status $status out: $(cat out) err: $(sed "s|/proc/[0-9]*/ns|/proc/PID/ns|" err)"
    run "ours/$name" "$@"
    same "$theirs" "status $status out: $(cat out) err: $(sed "s|/proc/[0-9]*/ns|/proc/PID/ns|" err)"
    echo "$theirs" >&2
}

nsenter_by_an_id_that_no_namespace_has() { twin nsenter --net=:1 true; }
nsenter_by_the_id_of_a_namespace() { twin nsenter --net=:4026531840 true; }
nsenter_all_of_the_target() { target -CimnpTu && twin nsenter -t "$target" --all links; }
nsenter_by_an_inode_that_no_pidfd_has() { target --uts && twin nsenter -t "$target:4" --uts true; }
nsenter_by_the_inode_of_a_pidfd() {
    target --uts
    twin nsenter -t "$target:$(probe pidfd-inode "$target")" --uts hostname
}
nsenter_the_parent_of_the_initial_user_namespace() { twin nsenter -t 1 --user-parent true; }
nsenter_a_process_that_is_not_there() { twin nsenter -t 99999 --net true; }
nsenter_the_network_of_what_is_no_socket() {
    sleep 1000 5</dev/null &
    twin nsenter -t $! -N 5 true
}
unshare_beyond_a_limit() {
    meanwhile /proc/sys/user/max_net_namespaces 0
    twin unshare --net true
}
unshare_with_a_binfmt_misc() { twin unshare -r --mount-binfmt ls /proc/sys/fs/binfmt_misc; }
unshare_with_clocks_out_of_range() { twin unshare --time --boottime=-1000000 true; }
unshare_onto_a_file_of_a_shared_mount() { touch mnt && twin unshare --mount=mnt true; }
unshare_with_an_auto_map() { twin unshare --map-auto cat /proc/self/uid_map; }
unshare_with_another_owner() { twin unshare --owner 1000:1000 -r cat /proc/self/uid_map; }
lsns_of_one_process() { target -CimnpTu --user && twin lsns --json --task "$target"; }
lsns_of_one_namespace() { target --net && twin lsns --raw "$(stat -Lc %i "/proc/$target/ns/net")"; }
lsns_of_networks_and_where_they_are_mounted() {
    touch kept
    runshare --net=kept true
    target --net
    twin lsns --type net --output NS,NPROCS,NETNSID,NSFS
}
lsns_of_what_no_process_is_in() {
    touch kept
    runshare --uts=kept true
    twin lsns --persistent --output NS,TYPE,NSFS
}
lsns_by_a_filter() { target --uts && twin lsns --filter 'TYPE == "uts" and NPROCS == 2' --output NS,NPROCS; }
