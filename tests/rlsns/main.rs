//! What `rlsns` does, held against the kernel, then against lsns of util-linux.
