# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# What rlsns finds: a network namespace (or another, where it must be) in each place that may keep one alive.

# What is told of a namespace in these columns; nothing if it is not found.
row() { # LINK COLUMNS
    inode=${1#*[}
    rlsns --noheadings --raw --list --output "NS,$2" | sed -n "s/^${inode%]} //p"
}

# It is found, with as many processes, held in these ways.
found() { # LINK NPROCS WAYS
    same "${1%:*} $2 $3" "$(row "$1" TYPE,NPROCS,HELD)"
}

# A network without a process, and a file to get at it.
lone_network() {
    touch lone
    runshare --net=lone true
    network="net:[$(stat -c %i lone)]"
}

finds_what_a_process_is_in() {
    target --net
    found "$(ns "$target" net)" 2 proc
}

finds_what_a_thread_alone_is_in() {
    probe thread net >said &
    eventually test -s said
    found "$(ns "$(cat said)" net)" 0 thread
}

# since 5.6: time namespaces
finds_what_the_children_of_a_process_will_be_in() {
    probe children time >pid &
    eventually test -s pid
    found "$(ns "$(cat pid)" time_for_children)" 0 children
}

finds_what_a_descriptor_keeps() {
    lone_network
    exec 5<lone
    sleep 1000 &
    exec 5<&-
    umount -l lone
    found "$network" 0 fd
}

finds_what_a_socket_keeps() {
    lone_network
    probe socket lone >said &
    eventually test -s said
    umount -l lone
    found "$network" 0 socket
}

finds_what_is_mounted_here() {
    lone_network
    found "$network" 0 mount
    same "$PWD/lone" "$(row "$network" NSFS)"
}

finds_what_is_mounted_in_another_mount_namespace() {
    touch kept
    runshare --mount --fork sh -c 'runshare --net=kept stat -Lc %i /proc/self/ns/net >inode && exec sleep 1000' &
    await_target $!
    found "net:[$(cat inode)]" 0 mount
}

# Whose a namespace is: one that was opened says it. The list is made where the first openat2(2) knows no RESOLVE_CACHED,
# as before Linux 5.12; Debian's 5.10 knows it.
uncached_owner() { # LINK
    rlsns() {
        strace -f -qq -o strace -e trace=openat2 -e inject=openat2:error=EINVAL:when=1 /usr/bin/rlsns "$@"
    }
    row "$1" ONS
    unset -f rlsns
}

# A network that is mounted on a file system that may have to ask another one.
overlaid_network() {
    if [ -e /overlay.ko ] && ! grep -qw overlay /proc/filesystems; then
        insmod /overlay.ko
    fi
    mkdir lower other merged
    touch lower/kept
    mount -t overlay -o lowerdir=lower:other overlay merged
    runshare --net=merged/kept true
    network="net:[$(stat -c %i merged/kept)]"
}

asks_a_namespace_that_is_mounted_wherever_nobody_else_has_to_be_asked() {
    overlaid_network
    found "$network" 0 mount
    same "$(stat -Lc %i /proc/self/ns/user)" "$(row "$network" ONS)"
}

asks_a_namespace_by_way_of_what_answers_by_itself_without_resolve_cached() {
    lone_network
    same "$(stat -Lc %i /proc/self/ns/user)" "$(uncached_owner "$network")"
    same 2 "$(grep -c openat2 strace)"
}

# before 6.19: listns(2) leads to it without a path
lists_a_namespace_without_asking_it_on_an_overlay_without_resolve_cached() {
    overlaid_network
    same '' "$(uncached_owner "$network")"
    same 1 "$(grep -c openat2 strace)"
    found "$network" 0 mount
}

# A mount namespace in which the namespace of the file `inode` is mounted, and in which no process is.
lone_mounts() {
    mount --bind "$PWD" "$PWD"
    cd "$PWD" || return
    mount --make-private .
    touch mounts kept
    runshare --mount=mounts sh -c 'runshare --net=kept stat -Lc %i /proc/self/ns/net >inode'
}

# since 6.12: mount namespaces are walked from one to the next
finds_what_is_mounted_where_no_process_is() {
    lone_mounts
    found "mnt:[$(stat -c %i mounts)]" 0 mount
    found "net:[$(cat inode)]" 0 mount
}

# A mount namespace that is mounted in another one only, neither with a process.
# since 6.12: mount namespaces are walked from one to the next
finds_what_is_mounted_where_nobody_can_come_by() {
    mount --bind "$PWD" "$PWD"
    cd "$PWD" || return
    mount --make-private .
    touch outer inner kept
    runshare --mount=outer sh -c 'runshare --mount=inner sh -c "runshare --net=kept stat -Lc %i /proc/self/ns/net >inode"'
    found "net:[$(cat inode)]" 0 mount
}

# before 6.12: mount namespaces are walked from one to the next
does_not_see_into_a_mount_namespace_without_a_process() {
    lone_mounts
    found "mnt:[$(stat -c %i mounts)]" 0 mount
    same '' "$(row "net:[$(cat inode)]" TYPE)"
}

finds_the_parent_of_a_user_namespace() {
    runshare -r sh -c 'runshare -r sleep 1000 & readlink /proc/self/ns/user >parent'
    eventually pidof sleep
    found "$(cat parent)" 0 child
}

finds_the_parent_of_a_pid_namespace() {
    runshare --pid --fork sh -c 'readlink /proc/self/ns/pid >parent; runshare --pid --fork sleep 1000' &
    eventually pidof sleep
    found "$(cat parent)" 1 proc,children,child
}

# since 6.19: listns(2)
finds_what_a_message_keeps_that_nobody_has_read() {
    lone_network
    probe flight lone >sent &
    eventually test -s sent
    umount -l lone
    same "net 0" "$(row "$network" TYPE,NPROCS)"
}

# since 6.18: namespaces have ids
tells_the_id_that_a_namespace_is_opened_by() {
    target -CimnpTu --user
    for type in cgroup ipc mnt net pid time user uts; do
        option=$type file=$type
        case $type in
        mnt) option=mount ;;
        pid) file=pid_for_children ;;
        esac
        id=$(row "$(ns "$target" $type)" NSID)
        inside=$(rnsenter --preserve-credentials "--$option=:$id" -F readlink "/proc/self/ns/$file")
        same "$(ns "$target" $type)" "$inside"
    done
}

# before 6.18: namespaces have ids
tells_no_ids_where_there_are_none() {
    target --net
    same '' "$(row "$(ns "$target" net)" NSID)"
}

# Both are run by a command of this kind, and tell the same.
lists() { # COMMAND...
    columns=NS,TYPE,NPROCS,PID,PPID,UID,USER,PNS,ONS
    run "$@" /original/lsns --list --output $columns
    theirs="$status: $(cat out err)"
    run "$@" rlsns --list --output $columns
    same "$theirs" "$status: $(cat out err)"
}

lists_to_root_as_the_original_does() {
    target -CimnpTu --user
    lists env
}

lists_to_an_ordinary_user_as_the_original_does() {
    target -CimnpTu --user
    # One outside too: who stands for the namespaces there is not to be the program itself.
    su tester -c 'sleep 1000 & runshare -r --net --mount sleep 1000' &
    eventually asleep 3
    cat >as_tester <<'EOF'
su tester -c "$*"
EOF
    lists sh as_tester
}

asleep() { # HOW_MANY
    [ "$(pidof sleep | wc -w)" = "$1" ]
}

lists_in_a_container_as_the_original_does() {
    target -CimnpTu --user
    lists runshare -r --pid --fork --mount-proc
}

draws_the_trees_that_the_original_draws() {
    target -CimnpTu --user
    for tree in owner parent process; do
        same "$(/original/lsns --tree=$tree --output NS,TYPE,PID,PNS,ONS)" \
            "$(rlsns --tree=$tree --output NS,TYPE,PID,PNS,ONS)"
    done
}
