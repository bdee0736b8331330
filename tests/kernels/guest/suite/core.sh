# shellcheck shell=dash disable=SC2016,SC2034,SC2154
# What is left of a program that dies with a core file where /proc/sys/kernel/core_pattern is a pipe: the kernel passes
# over a limit of 0 there. The pattern is the machine's, so this is tried where the machine is the test's.

# Has a program write down whose core file it is given, and the kernel wait for it.
core_handler() {
    echo 1 >/proc/sys/kernel/core_pipe_limit
    cat >catch <<'EOF'
#!/bin/sh
cat >/dev/null
echo "$1" >>/run/check/caught
EOF
    chmod +x catch
    : >caught
    meanwhile /proc/sys/kernel/core_pattern '|/run/check/catch %e'
}

# A shell of this name dies by SEGV in the end, and so does what has waited for it.
dies() { # COMMAND...
    run "$@" sh -c 'ulimit -c 0; kill -SEGV $$'
    same 139 "$status"
}

writes_no_core_file_of_a_waiting_tool_to_a_pipe() {
    core_handler
    for options in --fork '-r --fork' --kill-child --forward-signals '-r --pid --init' --new-session; do
        : >caught
        # shellcheck disable=SC2086
        dies runshare $options
        same "$options: sh" "$options: $(xargs <caught)"
    done
}

writes_the_original_to_it_as_well() {
    core_handler
    dies /original/unshare --fork
    same 'sh unshare' "$(xargs <caught)"
}
