# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# -Z where there is SELinux. Its policy has two contexts, and forbids nothing.

# A target in the other context.
target_inside() {
    [ -d /sys/fs/selinux/class/process ] || dd if=/selinux.policy of=/sys/fs/selinux/load bs=1M
    same u:r:system "$(context)"
    # Without a line's end: a second write, of that alone, would take the request back.
    echo 'printf u:r:inside >/proc/self/attr/exec && exec sleep 1000' >inside
    runshare --uts --fork sh inside &
    await_target $!
    same u:r:inside "$(tr -d '\0' <"/proc/$target/attr/current")"
}

# The context of the program that a command runs.
context() { # COMMAND...
    "$@" cat /proc/self/attr/current | tr -d '\0'
}

runs_in_the_context_of_the_target() {
    target_inside
    same u:r:inside "$(context rnsenter -t "$target" --uts --follow-context)"
}

stays_in_its_own_context_without_being_told() {
    target_inside
    same u:r:system "$(context rnsenter -t "$target" --uts)"
}

follows_as_the_original_does() {
    target_inside
    mkdir -p /etc/selinux
    touch /etc/selinux/config
    same u:r:inside "$(context /original/nsenter -t "$target" -u -Z)"
}

# The kernel is asked, and no file of the system's.
follows_without_a_configuration_unlike_the_original() {
    target_inside
    rm -rf /etc/selinux
    same u:r:system "$(context /original/nsenter -t "$target" -u -Z)"
    same u:r:inside "$(context rnsenter -t "$target" -u -Z)"
}

follows_nothing_where_selinux_is_not_mounted() {
    target_inside
    umount /sys/fs/selinux
    trap 'mount -t selinuxfs selinux /sys/fs/selinux' EXIT
    same u:r:system "$(context rnsenter -t "$target" --uts -Z)"
}
