# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# -Z where there is SELinux, and what is said of a call that it refuses. Its policy has two contexts, and forbids
# nothing unless a check has it enforced.

load_policy() {
    [ -d /sys/fs/selinux/class/process ] || dd if=/selinux.policy of=/sys/fs/selinux/load bs=1M
}

# A target in the other context.
target_inside() {
    load_policy
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

# A command in the other context, which may neither mount nor make a user namespace, with the policy enforced.
run_inside() { # COMMAND...
    load_policy
    meanwhile /sys/fs/selinux/enforce 1
    echo 'printf u:r:inside >/proc/self/attr/exec && exec "$@"' >inside
    run sh inside "$@"
}

says_that_selinux_may_refuse_to_mount() {
    export NSUTILS_HINTS=always
    hint='hint: SELinux, which confines this process as u:r:inside, may refuse mount(2): '
    run_inside runshare --mount true
    same "1: runshare: cannot change root filesystem propagation: Permission denied" "$status: $(head -n 1 err)"
    has "$(cat err)" "runshare: $hint"
    run_inside rchroot --bind /tmp:/mnt / true
    has "$(cat err)" "rchroot: $hint"
}

says_nothing_of_a_module_to_a_script() {
    run_inside runshare --mount true
    ours=$(cat err)
    run_inside /original/unshare --mount true
    same "$ours" "$(sed 's|^unshare:|runshare:|' err)"
}

# since 6.1: SELinux is asked about user namespaces
says_that_selinux_may_refuse_a_user_namespace() {
    export NSUTILS_HINTS=always NSUTILS_ERRORS=json
    run_inside runshare --user true
    has "$(cat err)" 'may refuse unshare(2): '
    has "$(cat err)" '"hint_code":"security-module"'
}

blames_no_module_that_only_reports() {
    load_policy
    export NSUTILS_HINTS=always
    echo 'printf u:r:inside >/proc/self/attr/exec && exec "$@"' >inside
    run sh inside rnsenter --mount=/etc/passwd true
    case $(cat err) in *SELinux*) fail "$(cat err)" ;; esac
}
