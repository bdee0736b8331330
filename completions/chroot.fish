# chroot is rchroot.
complete -c chroot -w rchroot
