# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# What the originals have not.

gives_the_host_and_the_domain_a_name() {
    same inside "$(runshare --hostname inside hostname)"
    same "$(hostname)" outside
    same domain "$(runshare --domainname domain cat /proc/sys/kernel/domainname)"
}

brings_the_loopback_up() {
    has "$(runshare --loopback ip addr show dev lo)" 'inet 127.0.0.1/8'
    same '' "$(runshare --net ip addr show dev lo | grep inet || true)"
}

reaps_orphans_as_an_init_and_ends_as_the_program_does() {
    cat >program <<'EOF'
sh -c 'sleep 0.1 & exit'
sleep 0.5
ps -o stat,comm | grep -c '^Z'
exit 5
EOF
    run runshare --init --mount-proc sh program
    same '5 0' "$status $(cat out)"
}

leaves_nothing_of_the_old_root_by_pivot_root() {
    mkdir -p root/bin root/proc
    cp /bin/busybox root/bin/sh
    same 1 "$(runshare --pid --fork --root root --pivot-root --mount-proc /bin/sh -c \
        'n=0; while read -r _; do n=$((n + 1)); done </proc/self/mountinfo; echo $((n - 1))')"
}

makes_a_user_namespace_inside_a_pivoted_root() {
    mkdir -p root/bin
    cp /bin/busybox root/bin/unshare
    cp /bin/busybox root/bin/true
    runshare --root root --pivot-root /bin/unshare -U /bin/true
}

keeps_all_namespaces_in_a_directory_and_lets_them_go() {
    runshare --persist kept --mount --uts --net --ipc hostname inside
    same 'ipc mnt net uts' "$(echo kept/* | sed "s|kept/||g")"
    same inside "$(/original/nsenter --uts=kept/uts hostname)"
    runshare --unpersist kept
    [ ! -e kept ] || fail "still there: $(ls kept)"
    same '' "$(grep "$PWD/kept" /proc/self/mounts || true)"
}

passes_the_standard_descriptors_and_no_others() {
    exec 7</dev/null
    same '0 1 2' "$(runshare --uts --close-fds sh -c 'ls /proc/$$/fd; :' | xargs)"
    has "$(runshare --uts sh -c 'ls /proc/$$/fd; :' | xargs)" 7
    without close_range ENOSYS runshare --uts --close-fds sh -c 'ls /proc/$$/fd; :' >fds
    same '0 1 2' "$(xargs <fds)"
}

grants_no_new_privileges_and_has_a_session_of_its_own() {
    same 1 "$(runshare --uts --no-new-privs awk '/^NoNewPrivs/ { print $2 }' /proc/self/status)"
    runshare --uts --new-session sh -c 'set -- $(cat /proc/$$/stat); [ $1 = $6 ]'
}

checks_which_types_can_be_made() {
    runshare --check >out
    same 'user cgroup ipc uts net pid mount time' "$(awk '$2 == "yes" && $4 == "yes" { print $1 }' out | xargs)"
    meanwhile /proc/sys/user/max_net_namespaces 0
    run runshare --check --uts --net
    same 1 "$status"
    same 'uts' "$(awk '$4 == "yes" { print $1 }' out | xargs)"
}
