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
