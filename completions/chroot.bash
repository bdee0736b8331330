# chroot is rchroot.
. "${BASH_SOURCE[0]%/*}/rchroot" && complete -F _rchroot_line -o nosort chroot
