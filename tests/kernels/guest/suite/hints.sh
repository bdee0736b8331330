# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# What this kernel cannot do is said in words, on the second line that a person gets.

export NSUTILS_HINTS=always

# before 6.18: namespaces have ids
tells_that_no_namespace_has_an_id() {
    run rnsenter --net=:1 true
    has "$(cat err)" 'rnsenter: hint: this kernel has no namespace ids, which require Linux 6.18'
}

# since 6.18: namespaces have ids
has_nothing_to_add_where_no_namespace_has_that_id() {
    says 1 'rnsenter: cannot open namespace of id 99999: Stale file handle' rnsenter --net=:99999 true
}

# before 6.9: pidfds have inodes of their own
tells_that_all_pidfds_have_one_inode() {
    run rnsenter -t 1:4 --net true
    has "$(cat err)" 'rnsenter: hint: on this kernel the pidfds of all processes have the same inode number'
}

# before 6.7: binfmt_misc in a user namespace
tells_that_there_is_one_binfmt_misc_for_all() {
    run runshare -r --pid --fork --mount-binfmt true
    has "$(cat err)" 'runshare: hint: this kernel has one binfmt_misc for all user namespaces: '
}

tells_that_the_module_of_binfmt_misc_is_missing() {
    umount /proc/sys/fs/binfmt_misc
    rmmod binfmt_misc
    trap 'insmod /binfmt_misc.ko; mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc' EXIT
    run runshare -r --pid --fork --mount-binfmt=/tmp true
    has "$(cat err)" 'mount /tmp failed: No such device'
    has "$(cat err)" 'runshare: hint: this kernel does not have binfmt_misc'
}

tells_which_limit_is_used_up() {
    meanwhile /proc/sys/user/max_uts_namespaces 0
    run runshare --uts true
    has "$(cat err)" 'runshare: hint: '
    has "$(cat err)" user.max_uts_namespaces
}

tells_what_an_ordinary_user_lacks() {
    run su tester -c 'runshare --uts true'
    has "$(cat err)" 'runshare: hint: '
    has "$(cat err)" --map-root-user
}
