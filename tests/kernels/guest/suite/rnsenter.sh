# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# What rnsenter enters, and how it finds it. The judge is the kernel, in /proc.

# The program finds itself in the target's namespaces of these types and in the caller's of the others.
enters() { # TYPES OPTION...
    local types=$1
    shift
    inside=$(rnsenter -t "$target" "$@" links)
    same "$types" "$(new "$(links)" "$inside")"
    same '' "$(new "$(target_links)" "$(echo "$inside" | only "$types")")"
}

# The lines of these types.
only() { # TYPES
    grep -E "^($(echo "$1" | tr ' ' '|')):"
}

target_links() {
    for file in cgroup ipc mnt net pid time user uts; do
        ns "$target" $file
    done
}

# Enters one type of a target that has all of its own.
enters_one() { # TYPE OPTION
    target -CimnpTu
    enters "$@"
}

enters_a_cgroup_namespace() { enters_one cgroup --cgroup; }
enters_an_ipc_namespace() { enters_one ipc --ipc; }
enters_a_mount_namespace() { enters_one mnt --mount; }
enters_a_network_namespace() { enters_one net --net; }
enters_a_pid_namespace() { enters_one pid --pid; }
enters_a_uts_namespace() { enters_one uts --uts; }
# since 5.6: time namespaces
enters_a_time_namespace() { enters_one time --time; }

enters_a_user_namespace_as_its_root() {
    target -r --uts
    enters 'user uts' --user --uts
    same 0 "$(rnsenter -t "$target" -U id -u)"
}

enters_all_types_of_the_target() {
    target -CimnpTu
    enters 'cgroup ipc mnt net pid time uts' --all
    target --user -CimnpTu --map-root-user
    enters 'cgroup ipc mnt net pid time user uts' --all
}

# The path of its own that it looks at is not there.
enters_all_that_there_is_where_a_type_is_missing() {
    target -CimnpTu
    strace -f -qq -o calls -P /proc/self/ns/time -e inject=stat,newfstatat,statx:error=ENOENT \
        rnsenter -t "$target" --all links >inside
    same 'cgroup ipc mnt net pid uts' "$(new "$(links)" "$(cat inside)")"
}

enters_by_file_what_a_file_keeps() {
    touch uts
    runshare --uts=uts hostname inside
    same inside "$(rnsenter --uts=uts hostname)"
}

# A personality has the kernel say that it is 2.6.
enters_file_by_file_where_setns_takes_no_pidfd() {
    target -CimnpTu
    same 2.6 "$(setarch --uname-2.6 uname -r | cut -d. -f1-2)"
    strace -f -qq -o calls -e trace=setns setarch --uname-2.6 rnsenter -t "$target" -i -n -u links >inside
    same 'ipc net uts' "$(new "$(links)" "$(cat inside)")"
    same 3 "$(grep -c 'setns([0-9]*, CLONE_NEW[A-Z]*) *= 0' calls)"
}

enters_file_by_file_where_there_are_no_pidfds() {
    target -CimnpTu
    without pidfd_open ENOSYS rnsenter -t "$target" -i -n -u links >inside
    same 'ipc net uts' "$(new "$(links)" "$(cat inside)")"
}

enters_all_in_one_call_where_setns_takes_a_pidfd() {
    target -CimnpTu
    strace -f -qq -o calls -e trace=setns rnsenter -t "$target" -i -n -u true
    same 1 "$(grep -c 'setns(.*CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWNET) *= 0' calls)"
}

enters_the_network_of_a_socket() {
    touch net
    inside=$(runshare --net=net readlink /proc/self/ns/net)
    probe socket net >said &
    holder=$!
    eventually test -s said
    same "$inside" "$(rnsenter -t $holder --net-socket "$(cat said)" readlink /proc/self/ns/net)"
}

enters_the_parent_of_a_user_namespace() {
    start_nested
    same "$(ns "$outer" user)" "$(rnsenter -t "$target" --user-parent readlink /proc/self/ns/user)"
}

# Before Linux 6.11 no pidfd tells its user namespace: then it is the one of /proc.
enters_the_parent_by_a_file_where_the_pidfd_does_not_tell_it() {
    start_nested
    without ioctl:when=1 ENOTTY rnsenter -t "$target" --user-parent readlink /proc/self/ns/user >inside
    same "$(ns "$outer" user)" "$(cat inside)"
}

# A process in a user namespace within that of $outer.
start_nested() {
    runshare -r --fork runshare -r --fork sleep 1000 &
    outer=$!
    eventually has_grandchild
}

has_grandchild() {
    maker=$(last_child "$outer")
    has_target
}

# since 6.9: pidfds have inodes of their own
enters_the_process_whose_inode_it_is_told() {
    target --uts
    inode=$(probe pidfd-inode "$target")
    same "$(ns "$target" uts)" "$(rnsenter -t "$target:$inode" --uts readlink /proc/self/ns/uts)"
    says 1 "rnsenter: failed to obtain a valid file descriptor for PID $target: No such process" \
        rnsenter -t "$target:$((inode + 1))" --uts true
}

# before 6.9: pidfds have inodes of their own
refuses_an_inode_that_all_pidfds_share() {
    target --uts
    inode=$(probe pidfd-inode "$target")
    same "$inode" "$(probe pidfd-inode $$)"
    says 1 "rnsenter: failed to obtain a valid file descriptor for PID $target: Operation not supported" \
        rnsenter -t "$target:$inode" --uts true
}

### What else it takes from the target

takes_root_and_directory_of_the_target() {
    mkdir -p root/bin root/proc root/etc
    cp /bin/busybox root/bin/sh
    ln root/bin/sh root/bin/sleep
    target --mount --root root --wd /etc
    same /etc "$(rnsenter -t "$target" --mount --root --wd /bin/sh -c pwd)"
}

takes_the_environment_of_the_target() {
    LEFT=behind target --uts
    same behind "$(rnsenter -t "$target" --uts --env sh -c 'echo $LEFT')"
}

follows_the_ids_of_the_target() {
    target --uts -S 1000 -G 1000
    same '1000 1000' "$(rnsenter -t "$target" --uts -S follow -G follow sh -c 'echo $(id -u) $(id -g)')"
}

joins_the_cgroup_of_the_target() {
    mkdir -p /sys/fs/cgroup/mine
    target --uts
    echo "$target" >/sys/fs/cgroup/mine/cgroup.procs
    same 0::/mine "$(rnsenter -t "$target" --uts --join-cgroup cat /proc/self/cgroup)"
}

tells_that_it_joins_cgroups_of_version_2_alone() {
    target --uts
    umount /sys/fs/cgroup
    trap 'mount -t cgroup2 cgroup2 /sys/fs/cgroup' EXIT
    says 1 'rnsenter: --join-cgroup is only supported in cgroup v2' rnsenter -t "$target" --uts --join-cgroup true
}

stops_and_goes_on_with_its_child() {
    target --pid
    rnsenter -t "$target" --pid sh -c 'sleep 0.2; kill -STOP $$; exit 6' &
    entered=$!
    eventually grep -q '^State:.*stopped' "/proc/$entered/status"
    kill -CONT $entered
    status=0
    wait $entered || status=$?
    same 6 "$status"
}

### What a kernel may refuse

tells_that_an_ordinary_user_may_not_enter() {
    target --uts
    says 1 'rnsenter: reassociate to namespaces failed: Operation not permitted' \
        su tester -c "rnsenter -t $target --uts true"
}

tells_that_a_file_is_no_namespace() {
    says 1 "rnsenter: reassociate to namespace 'ns/uts' failed: Invalid argument" rnsenter --uts=/etc/passwd true
}
