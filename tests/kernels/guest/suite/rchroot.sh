# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# What rchroot does with another root, which is a busybox with users of its own.

root() {
    mkdir -p root/bin root/etc
    cp /bin/busybox root/bin/busybox
    for name in sh id pwd; do
        ln -s busybox "root/bin/$name"
    done
    echo 'inside:x:500:501::/:/bin/sh' >root/etc/passwd
    printf 'inside:x:501:\nothers:x:600:inside\n' >root/etc/group
}

runs_the_command_in_the_new_root() {
    root
    same '/ /bin' "$(rchroot root sh -c 'echo $(pwd) $(cd /bin/../../bin && pwd)')"
}

runs_a_shell_where_no_command_is_named() {
    root
    printf '#!/bin/sh\necho "$0 $*"\n' >root/bin/shell
    chmod 755 root/bin/shell
    same '/bin/shell -i' "$(SHELL=/bin/shell rchroot root)"
}

becomes_a_user_that_only_the_new_root_knows() {
    root
    same '500 501 501 600' "$(rchroot --userspec=inside root sh -c 'echo $(id -u) $(id -g) $(id -G)')"
}

sets_the_groups_that_were_asked_for() {
    root
    same '0 0 77 600' "$(rchroot --groups=others,77 root sh -c 'echo $(id -u) $(id -G)')"
}

stays_in_its_directory_where_the_root_is_the_old_one() {
    same "$PWD" "$(rchroot --skip-chdir / pwd)"
}

tells_by_its_status_whose_failure_it_is() {
    root
    says 125 "rchroot: cannot change root directory to 'missing': No such file or directory" rchroot missing true
    says 126 "rchroot: failed to run command '/etc': Permission denied" rchroot root /etc
    says 127 "rchroot: failed to run command 'missing': No such file or directory" rchroot root missing
    run rchroot root sh -c 'exit 7'
    same 7 "$status"
}

changes_the_root_in_a_user_namespace() {
    root
    same '/ 0' "$(su tester -c "runshare -r rchroot root /bin/sh -c 'echo \$(pwd) \$(id -u)'")"
}

cannot_change_the_root_as_an_ordinary_user() {
    root
    says 125 "rchroot: cannot change root directory to 'root': Operation not permitted" \
        su tester -c 'rchroot root /bin/true'
}
