#compdef chroot
# chroot is rchroot.
_rchroot "$@"
