# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# binfmt_misc of a user namespace's own, a module of these kernels.

# A program that only an interpreter can run, and how the kernel is told: by its first bytes.
foreign() {
    echo 'FOREIGN' >program
    printf '#!/bin/sh\necho interpreted\n' >interpreter
    chmod 755 program interpreter
    entry=':foreign:M::FOREIGN::/run/check/interpreter:'
}

# since 6.7: binfmt_misc in a user namespace
interprets_programs_inside_alone() {
    foreign
    same interpreted "$(runshare -r --pid --fork --load-interp "$entry" ./program)"
    same '' "$(find /proc/sys/fs/binfmt_misc -name foreign)"
}

# since 6.7: binfmt_misc in a user namespace
mounts_a_binfmt_misc_that_is_empty() {
    same 'register status' "$(runshare -r --pid --fork --mount-binfmt ls /proc/sys/fs/binfmt_misc | xargs)"
}

# before 6.7: binfmt_misc in a user namespace
tells_that_binfmt_misc_cannot_be_mounted() {
    says 1 'runshare: mount /proc/sys/fs/binfmt_misc failed: Operation not permitted' \
        runshare -r --pid --fork --mount-binfmt true
}
