# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# What is mounted below a new root: the file systems that programs expect, binds, a root whose changes go elsewhere.

# A root with a busybox, and overlayfs, which is a module.
new_root() {
    if [ -e /overlay.ko ] && ! grep -qw overlay /proc/filesystems; then
        insmod /overlay.ko
    fi
    mkdir -p root/bin root/etc root/proc root/sys root/dev root/run root/tmp root/mnt
    cp /bin/busybox root/bin/busybox
    for name in sh cat; do
        ln -s busybox "root/bin/$name"
    done
    echo inside >root/etc/resolv.conf
    echo old >root/old
}

mounts_what_programs_expect_and_leaves_nothing() {
    new_root
    before=$(cat /proc/self/mounts)
    rchroot --mount-api=private root cat /proc/self/mounts >mounts
    for point in proc:proc sys:sysfs dev:tmpfs dev/null:devtmpfs dev/pts:devpts dev/shm:tmpfs run:tmpfs tmp:tmpfs; do
        has "$(awk '{ print $2 ":" $3 }' mounts)" "/$point"
    done
    same ro "$(awk '$2 == "/sys" { split($4, options, ","); print options[1] }' mounts)"
    same "$before" "$(cat /proc/self/mounts)"
}

binds_read_only_with_what_is_mounted_below() {
    new_root
    mkdir -p source/inner
    mount -t tmpfs none source/inner
    echo x >source/inner/file
    same x "$(rchroot --bind-ro "$PWD/source:/mnt" root cat /mnt/inner/file)"
    run rchroot --bind-ro "$PWD/source:/mnt" root sh -c 'echo y >/mnt/inner/file'
    differ 0 "$status"
    same x "$(cat source/inner/file)"
}

writes_to_memory_and_leaves_the_root_alone() {
    new_root
    same 'new old' "$(rchroot --ephemeral root sh -c 'echo new >/new; echo $(cat /new /old)')"
    [ ! -e root/new ]
    same 'new old' "$(rchroot --ephemeral / sh -c "cd $PWD; echo new >new; echo \$(cat new root/old)")"
    [ ! -e new ]
}

keeps_what_is_written_in_a_directory() {
    new_root
    rchroot --overlay kept root sh -c 'echo new >/new'
    same new "$(rchroot --overlay kept root cat /new)"
    same 'lock upper' "$(cd kept && echo *)"
    same 'added    /new' "$(rchroot --changes kept)"
    [ ! -e root/new ]
}

leaves_the_directory_to_a_process_that_outlives_the_command() {
    new_root
    daemon=$(rchroot --mount-api=private --resolv-conf=off --overlay kept root \
        sh -c 'busybox sleep 1000 >/dev/null 2>&1 & echo $!')
    says 125 'rchroot: kept is in use: another process has it as its overlay' rchroot --overlay kept root busybox true
    [ -d kept/work ]
    kill "$daemon"
    eventually rchroot --overlay kept root busybox true
    [ ! -e kept/work ]
}

# since 6.6: a tmpfs has the attributes that an overlay of a user namespace requires
writes_to_memory_in_a_user_namespace() {
    new_root
    chown -R tester root
    same 'new old' "$(su tester -c "runshare -r --ephemeral --root root /bin/sh -c 'echo new >/new; echo \$(cat /new /old)'")"
    [ ! -e root/new ]
}

# before 6.6: the tmpfs lacks them
says_what_an_overlay_lacks_in_a_user_namespace() {
    new_root
    says 1 'runshare: option --ephemeral requires Linux 6.6 in a user namespace: tmpfs lacks user attributes' \
        su tester -c 'runshare -r --ephemeral --root root /bin/true'
}

idmap() {
    mkdir -p source other
    echo x >source/file
    chown 7:8 source/file
    runshare --map-users=0:100000:65536 --map-groups=0:100000:65536 -S 0 -G 0 \
        --bind "$PWD/source:$PWD/other:idmap" stat -c %u:%g other/file
}

# since 6.3: a tmpfs can have its owners mapped
has_the_owners_of_a_bind_inside() {
    same 7:8 "$(idmap)"
}

# since 5.12, before 6.3: other file systems can
says_that_this_file_system_cannot_be_mapped() {
    says 1 "runshare: cannot map the IDs of $PWD/source: Invalid argument" idmap
}

# before 5.12: nothing can
says_that_no_owners_can_be_mapped() {
    says 1 "runshare: cannot map the IDs of $PWD/source: Function not implemented" idmap
}
