# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# runshare --cgroup-limit, on a machine whose cgroups are of version 2. The judge is the kernel, in /sys/fs/cgroup.

root=/sys/fs/cgroup
# Prints the cgroup of the program and its limits.
show='read -r own </proc/self/cgroup; own=/sys/fs/cgroup/${own#0::/}; cd "$own"; echo "${own##*/}"; cat memory.max pids.max cpu.max'

# No cgroup of ours is anywhere.
nothing_left() {
    [ -z "$(find "$root" -name 'runshare-*')" ] || {
        find "$root" -name 'runshare-*' >&2
        return 1
    }
}

limits_the_program_and_leaves_no_cgroup() {
    run runshare --cgroup-limit memory=64M,pids=100,cpu=50% sh -c "$show"
    same '0 ' "$status $(cat err)"
    has "$(head -n 1 out)" runshare-
    same '67108864 100 50000 100000' "$(tail -n +2 out | xargs)"
    nothing_left
}

limits_what_the_kernel_then_refuses() {
    # A fork too many is refused; memory beyond the limit kills.
    run runshare --cgroup-limit pids=3 sh -c 'sleep 1000 & sleep 1000 & sleep 1000 & sleep 1000 & wait'
    has "$(cat err)" fork
    nothing_left
    run runshare --cgroup-limit memory=16M sh -c 'head -c 100000000 /dev/zero | tail -c 90000000 >/dev/null; exit $?'
    same 137 "$status"
    nothing_left
}

kills_what_the_program_leaves() {
    for more in '' --init --mount '--pid --kill-child' --user; do
        # shellcheck disable=SC2086
        run runshare --cgroup-limit pids=100 $more sh -c 'setsid sleep 4711 </dev/null >/dev/null 2>&1 & exit 3'
        same 3 "$status"
        nothing_left
        same '' "$(pidof -x sleep || true)"
    done
}

# The tool is killed; all else follows.
removes_the_cgroup_when_it_is_killed() {
    for more in '' --init '--pid --mount-proc' '-r -C'; do
        # shellcheck disable=SC2086
        runshare --cgroup-limit pids=100 $more sh -c 'setsid sleep 4711 & sleep 4712 & wait' &
        tool=$!
        eventually pidof sleep
        kill -KILL "$tool"
        eventually nothing_left
        same '' "$(pidof sleep || true)"
    done
}

# A signal that ends the tool ends the program first.
forwards_a_signal_and_removes_the_cgroup() {
    runshare --cgroup-limit pids=100 sh -c 'trap "exit 7" TERM; touch ready; while :; do usleep 10000; done' &
    tool=$!
    eventually test -e ready
    kill -TERM "$tool"
    status=0
    wait "$tool" || status=$?
    same 7 "$status"
    nothing_left
}

# What the program makes below is removed too, however deep.
removes_cgroups_that_were_made_inside() {
    run runshare --cgroup-limit pids=100 sh -c '
        read -r own </proc/self/cgroup; cd "/sys/fs/cgroup/${own#0::/}"
        for n in $(seq 60); do mkdir deep; cd deep; done
        mkdir a b c; sleep 4711 & echo $! >a/cgroup.procs; sleep 4711 & echo $! >c/cgroup.procs; exit 5'
    same '5 ' "$status $(cat err)"
    nothing_left
    same '' "$(pidof sleep || true)"
}

is_the_root_of_a_new_cgroup_namespace() {
    same 0::/ "$(runshare --cgroup-limit pids=100 -C cat /proc/self/cgroup)"
    same 0::/ "$(runshare --cgroup-limit pids=100 -C -r cat /proc/self/cgroup)"
    nothing_left
}

# A cgroup that was left by another process with the same number is not used.
takes_no_cgroup_that_is_there() {
    left=$(seq $$ $(($$ + 40)) | sed "s|^|$root/runshare-|")
    trap 'rmdir $left' EXIT
    # shellcheck disable=SC2086
    mkdir $left
    run runshare --cgroup-limit pids=10 cat /proc/self/cgroup
    same '0 ' "$status $(cat err)"
    same 1 "$(cut -d- -f3 out)"
}

# A cgroup that has processes cannot enable controllers; one beside it can be made.
is_beside_the_callers_cgroup() {
    mkdir -p $root/delegated/caller
    trap 'echo $$ >$root/cgroup.procs; rmdir $root/delegated/caller $root/delegated' EXIT
    echo '+memory +pids +cpu' >$root/cgroup.subtree_control
    echo '+memory +pids +cpu' >$root/delegated/cgroup.subtree_control
    echo $$ >$root/delegated/caller/cgroup.procs
    has "$(runshare --cgroup-limit pids=10 cat /proc/self/cgroup)" 0::/delegated/runshare-
    nothing_left
    # But it may not be a way out of limits.
    echo 90 >$root/delegated/caller/pids.max
    says 1 "runshare: a cgroup beside the caller's would escape the limit in $root/delegated/caller/pids.max" \
        runshare --cgroup-limit pids=100 true
}

# What is delegated to a user is theirs to use, and nothing else.
serves_a_user_where_a_cgroup_is_delegated() {
    mkdir -p $root/theirs/shell
    trap 'echo $$ >$root/cgroup.procs; rmdir $root/theirs/shell $root/theirs' EXIT
    echo '+memory +pids +cpu' >$root/cgroup.subtree_control
    echo '+memory +pids' >$root/theirs/cgroup.subtree_control
    echo $$ >$root/theirs/shell/cgroup.procs
    says 1 "runshare: cannot make a cgroup in $root/theirs: Permission denied" \
        su tester -c 'runshare --cgroup-limit pids=10 true'
    chown 1000 $root/theirs $root/theirs/cgroup.procs $root/theirs/cgroup.subtree_control
    chown -R 1000 $root/theirs/shell
    has "$(su tester -c 'runshare --cgroup-limit memory=1G,pids=10 cat /proc/self/cgroup')" 0::/theirs/runshare-
    same 10 "$(su tester -c 'runshare --cgroup-limit pids=10 -r -p -m -C sh -c "cat /sys/fs/cgroup/theirs/runshare-*/pids.max"')"
    su tester -c "runshare --cgroup-limit pids=10 -r -p --init sh -c 'sleep 4711 & sleep 4711 & exit 0'"
    nothing_left
    echo '-cpu' >$root/theirs/cgroup.subtree_control
    echo '-cpu' >$root/cgroup.subtree_control
    says 1 "runshare: no cgroup controller cpu in $root/theirs/cgroup.controllers" \
        su tester -c 'runshare --cgroup-limit cpu=10% true'
    # For root it is not a place to be trusted.
    run runshare --cgroup-limit pids=10 true
    same 1 "$status"
    has "$(cat err)" "runshare: cannot use $root/theirs/shell: $root/theirs belongs to user tester"
}

names_what_is_missing() {
    mkdir -p $root/busy/leaf
    trap 'echo $$ >$root/cgroup.procs; rmdir $root/busy/leaf $root/busy' EXIT
    echo '+memory +pids +cpu' >$root/cgroup.subtree_control
    # None can be enabled above the leaf, since that has a process.
    sleep 1000 &
    echo $! >$root/busy/cgroup.procs
    echo $$ >$root/busy/leaf/cgroup.procs
    run env NSUTILS_HINTS=always runshare --cgroup-limit pids=10,cpu=5% true
    same 1 "$status"
    has "$(cat err)" "runshare: cannot enable cpu, pids in $root/busy/cgroup.subtree_control: Device or resource busy"
    has "$(cat err)" 'hint: a cgroup that has processes cannot enable controllers'
    same '' "$(cat $root/busy/cgroup.subtree_control)"
    echo $$ >$root/cgroup.procs
    kill %1
    wait || true
    umount $root
    trap 'mount -t cgroup2 cgroup2 /sys/fs/cgroup; rmdir $root/busy/leaf $root/busy' EXIT
    says 1 'runshare: option --cgroup-limit requires a cgroup v2 hierarchy, and none is mounted' \
        runshare --cgroup-limit pids=10 true
}

# A failure after it was made removes it.
leaves_nothing_when_it_fails() {
    run runshare --cgroup-limit pids=10 /nosuch
    same 127 "$status"
    nothing_left
    run runshare --cgroup-limit pids=10 --net=/nosuch/file true
    same 1 "$status"
    nothing_left
}
