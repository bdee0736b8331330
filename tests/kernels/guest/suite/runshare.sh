# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# What runshare makes of those options for which it asks the kernel. The judge is the kernel, in /proc.

# The program finds itself in namespaces of which these types are new.
makes() { # TYPES OPTION...
    local types=$1
    shift
    same "$types" "$(new "$(links)" "$(runshare --fork "$@" links)")"
}

makes_a_cgroup_namespace_and_no_other() { makes cgroup --cgroup; }
makes_an_ipc_namespace_and_no_other() { makes ipc --ipc; }
makes_a_mount_namespace_and_no_other() { makes mnt --mount; }
makes_a_network_namespace_and_no_other() { makes net --net; }
makes_a_pid_namespace_and_no_other() { makes pid --pid; }
makes_a_user_namespace_and_no_other() { makes user --user; }
makes_a_uts_namespace_and_no_other() { makes uts --uts; }
# since 5.6: time namespaces
makes_a_time_namespace_and_no_other() { makes time --time; }
# since 5.6: time namespaces
makes_all_types_at_once() { makes 'cgroup ipc mnt net pid time user uts' -CimnpTUu; }

# A namespace stays, by the file that it is bound to, when its processes are gone; and the original enters it there.
keeps() { # OPTION FILE
    touch kept
    mount --bind "$PWD" "$PWD"
    cd "$PWD" || return
    mount --make-private .
    inside=$(runshare "--$1=kept" --fork readlink "/proc/self/ns/$2")
    same "$inside" "$2:[$(stat -c %i kept)]"
    differ "$inside" "$(ns self "$2")"
    same "$inside" "$(/original/nsenter "--$1=kept" -F --preserve-credentials readlink "/proc/self/ns/${3:-$2}")"
}

keeps_a_cgroup_namespace_by_a_file() { keeps cgroup cgroup; }
keeps_an_ipc_namespace_by_a_file() { keeps ipc ipc; }
keeps_a_mount_namespace_by_a_file() { keeps mount mnt; }
keeps_a_network_namespace_by_a_file() { keeps net net; }
keeps_a_pid_namespace_by_a_file() { keeps pid pid pid_for_children; }
keeps_a_user_namespace_by_a_file() { keeps user user; }
keeps_a_uts_namespace_by_a_file() { keeps uts uts; }
# since 5.6: time namespaces
keeps_a_time_namespace_by_a_file() { keeps time time; }

keeps_nothing_if_one_file_cannot_be_bound() {
    touch net
    run runshare --net=net --uts=missing true
    same 1 "$status"
    has "$(cat err)" 'on missing failed: No such file or directory'
    same '' "$(grep "$PWD" /proc/self/mounts || true)"
}

### Users

maps_root_to_an_ordinary_user() {
    same '0 1000 1 deny 0 0' \
        "$(su tester -c 'runshare -r sh -c "cat /proc/self/uid_map /proc/self/setgroups; id -u; id -g"' | xargs)"
}

maps_blocks_of_ids_as_root() {
    same '0 100000 65536' "$(runshare --map-auto cat /proc/self/uid_map | xargs)"
    same '5 700 10 30 800 1' "$(runshare --map-users 5:700:10 --map-users 30:800:1 cat /proc/self/uid_map | xargs)"
}

lets_the_owner_of_a_user_namespace_be_another() {
    target --owner 1000:1000 --user
    su tester -c "rnsenter -t $target --user --preserve-credentials true"
    target --user
    ! su tester -c "rnsenter -t $target --user --preserve-credentials true" || fail 'any user may enter'
}

keeps_the_capabilities_of_the_new_user_namespace() {
    none=0000000000000000
    ambient='/^CapAmb:/ { print $2 }'
    same $none "$(su tester -c "runshare -c awk '$ambient' /proc/self/status")"
    differ $none "$(su tester -c "runshare -c --keep-caps awk '$ambient' /proc/self/status")"
}

becomes_another_user_and_group() {
    same '1000 1000 1000' "$(runshare --uts -S 1000 -G 1000 sh -c 'echo $(id -u) $(id -g) $(id -G)')"
}

### Mounts

# How the root's mounts travel inside.
travel() { # MODE
    runshare --mount --propagation "$1" awk '$5 == "/" { print $7 == "-" ? "not" : $7 }' /proc/self/mountinfo
}

gives_the_root_the_propagation_that_was_asked_for() {
    outside=$(awk '$5 == "/" { print $7 }' /proc/self/mountinfo)
    has "$outside" shared:
    same not "$(travel private)"
    has "$(travel shared)" shared:
    same "master:${outside#*:}" "$(travel slave)"
    same "$outside" "$(travel unchanged)"
}

hides_what_is_mounted_inside_from_the_outside() {
    mkdir here
    runshare --mount sh -c 'mount -t tmpfs inside here && grep -q " $PWD/here tmpfs" /proc/self/mounts'
    same '' "$(grep "$PWD/here" /proc/self/mounts || true)"
}

mounts_a_proc_of_the_new_pid_namespace() {
    same 1 "$(runshare --pid --fork --mount-proc sh -c 'echo /proc/[0-9]*' | wc -w)"
}

# A root that is a busybox.
root() {
    mkdir -p root/bin root/proc root/sys
    cp /bin/busybox root/bin/sh
}

mounts_a_proc_below_another_root() {
    root
    same /proc/1 "$(runshare --pid --fork --root root --mount-proc /bin/sh -c 'echo /proc/[0-9]*')"
}

starts_in_a_directory_below_the_new_root() {
    root
    same /bin "$(runshare --mount --root root --wd /bin /bin/sh -c pwd)"
    same / "$(runshare --mount --root root /bin/sh -c pwd)"
}

### Clocks

# since 5.6: time namespaces
shifts_the_clock_since_boot() {
    read -r uptime _ </proc/uptime
    inside=$(runshare --time --boottime 1000000 --fork cut -d. -f1 /proc/uptime)
    [ $((inside - ${uptime%.*})) -ge 1000000 ] || fail "inside: $inside" "outside: $uptime"
}

# since 6.3: a process enters its new time namespace when it becomes another program
is_among_the_new_clocks_without_fork() {
    differ "$(ns self time)" "$(runshare --time readlink /proc/self/ns/time)"
}

# since 5.6, before 6.3: a process enters its new time namespace when it becomes another program
has_its_children_alone_among_the_new_clocks() {
    same "$(ns self time)" "$(runshare --time readlink /proc/self/ns/time)"
    differ "$(ns self time)" "$(runshare --time sh -c 'readlink /proc/self/ns/time; :')"
}

# since 5.6: time namespaces
writes_both_offsets() {
    same 'monotonic 77 0 boottime -5 0' \
        "$(runshare --time --monotonic 77 --boottime=-5 cat /proc/self/timens_offsets | xargs)"
}

# since 5.6: time namespaces
tells_which_offset_the_kernel_refuses() {
    says 1 'runshare: failed to write to /proc/self/timens_offsets: Numerical result out of range' \
        runshare --time --monotonic=-1000000 true
}

### Processes

# A zombie is gone too: that it is reaped is not for it to do.
is_gone() { # PID
    ! grep -qs '^State:.[^Z]' "/proc/$1/status"
}

kills_the_child_when_its_parent_is_killed() {
    target --uts --kill-child
    kill -KILL "$maker"
    eventually is_gone "$target"
}

kills_pid_1_by_a_signal_that_it_does_not_catch() {
    target --pid --kill-child=TERM
    kill -KILL "$maker"
    eventually is_gone "$target"
}

# Before Linux 5.9 there is none.
kills_pid_1_where_close_range_is_missing() {
    without close_range ENOSYS runshare --pid --kill-child=TERM sleep 1000 &
    shell=$!
    eventually has_traced
    kill -KILL "$maker"
    eventually is_gone "$target"
}

# The same below a shell and strace.
has_traced() {
    maker=$(last_child "$(last_child "$shell")")
    has_target
}

# The child survives neither as a user of its own.
kills_the_child_that_has_become_another_user() {
    target --uts --kill-child --setuid 1000
    kill -KILL "$maker"
    eventually is_gone "$target"
}

hands_signals_on_to_the_child() {
    runshare --fork --forward-signals sh -c 'trap "echo TERM >got; exit 7" TERM; touch ready; while :; do sleep 0.1; done' &
    waiting=$!
    eventually test -e ready
    kill -TERM "$waiting"
    status=0
    wait "$waiting" || status=$?
    same 'TERM 7' "$(cat got) $status"
}

ends_as_its_child_ends() {
    run runshare --pid --fork sh -c 'exit 9'
    same 9 "$status"
    run runshare --uts --fork sh -c 'kill -TERM $$'
    same 143 "$status"
}

### What a kernel may refuse

tells_that_a_limit_is_used_up() {
    meanwhile /proc/sys/user/max_uts_namespaces 0
    says 1 'runshare: unshare failed: No space left on device' runshare --uts true
}

tells_that_user_namespaces_are_nested_too_deep() {
    set -- true
    for _ in $(seq 40); do
        set -- runshare -r "$@"
    done
    says 1 'runshare: unshare failed: No space left on device' "$@"
}

tells_an_ordinary_user_that_it_may_not() {
    says 1 'runshare: unshare failed: Operation not permitted' su tester -c 'runshare --uts true'
}

tells_that_a_type_is_unknown_to_the_kernel() {
    says 1 'runshare: unshare failed: Invalid argument' without unshare EINVAL runshare --uts true
}
