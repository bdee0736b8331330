//! What is asked: a line as it is typed, and what the shells offer for its last word, whole words in any order. `{pid}`
//! is a process, `{ns}` its namespace, `{dir}` a directory with `dir/`, `file` and `kept`, the file of a namespace.

/// A line, and the candidates for its last word.
pub(crate) struct Question {
    pub(crate) line: &'static str,
    pub(crate) candidates: Candidates,
}

pub(crate) enum Candidates {
    /// These and no others.
    All(&'static [&'static str]),
    /// This one, and whatever else this machine has.
    One(&'static str),
}

use Candidates::{All, One};

const fn all(line: &'static str, candidates: &'static [&'static str]) -> Question {
    let candidates = All(candidates);
    Question { line, candidates }
}

const fn one(line: &'static str, candidate: &'static str) -> Question {
    let candidates = One(candidate);
    Question { line, candidates }
}

pub(crate) const QUESTIONS: &[Question] = &[
    // Options.
    all(
        "runshare --mount-",
        &[
            "--mount-api",
            "--mount-binfmt",
            "--mount-dev",
            "--mount-proc",
            "--mount-sys",
        ],
    ),
    all("runshare -mu --map-root", &["--map-root-user"]),
    all(
        "rlsns --no",
        &["--no-hidden", "--noheadings", "--notruncate", "--nowrap"],
    ),
    all("runshare --cap-drop net_r", &["net_raw"]),
    all("runshare --cap-drop kill,net_r", &["kill,net_raw"]),
    all("runshare --cap-drop kil", &["kill"]),
    all("runshare --limit nof", &["nofile"]),
    // A limit is one value, and no list.
    all("runshare --limit nofile=5,npr", &[]),
    all(
        "runshare --cgroup-limit=",
        &[
            "--cgroup-limit=cpu",
            "--cgroup-limit=memory",
            "--cgroup-limit=pids",
        ],
    ),
    all("runshare --cgroup-limit mem", &["memory"]),
    all("runshare --cgroup-limit memory=1G,pi", &["memory=1G,pids"]),
    one("runshare -S roo", "root"),
    all("rnsenter --wd", &["--wd", "--wdns"]),
    all("rnsenter -m -t 1 --preserve", &["--preserve-credentials"]),
    all("rchroot --sk", &["--skip-chdir"]),
    all(
        "rchroot --mount-",
        &["--mount-api", "--mount-dev", "--mount-sys"],
    ),
    // The one file for all programs.
    all("nsutils --v", &["--version"]),
    all("nsutils runs", &["runshare"]),
    all("nsutils mount ", &[]),
    all("nsutils rchroot --sk", &["--skip-chdir"]),
    all(
        "nsutils unshare -S 0 --mount-",
        &[
            "--mount-api",
            "--mount-binfmt",
            "--mount-dev",
            "--mount-proc",
            "--mount-sys",
        ],
    ),
    // Words.
    all(
        "rlsns -t ",
        &["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"],
    ),
    all("rlsns --type=u", &["--type=user", "--type=uts"]),
    all("rlsns -tm", &["-tmnt"]),
    all(
        "rlsns --tree=",
        &["--tree=owner", "--tree=parent", "--tree=process"],
    ),
    all("rnsenter -S fo", &["follow"]),
    all("rnsenter --setgid=fol", &["--setgid=follow"]),
    all("rnsenter -S daemo", &["daemon"]),
    all("rnsenter -G nogrou", &["nogroup"]),
    all("rnsenter --groups=fol", &["--groups=follow"]),
    all("rnsenter --groups 0,nogrou", &["0,nogroup"]),
    all(
        "runshare --propagation ",
        &["private", "shared", "slave", "unchanged"],
    ),
    all("rchroot --mount-api=h", &["--mount-api=host"]),
    all("rchroot --resolv-conf ", &["auto", "off"]),
    all("rchroot --bind-ro {dir}/fi", &["{dir}/file"]),
    all("rchroot --tmpfs={dir}/d", &["--tmpfs={dir}/dir"]),
    all(
        "runshare --setgroups=",
        &["--setgroups=allow", "--setgroups=deny"],
    ),
    all("runshare --map-users ", &["all", "auto", "subids"]),
    all("runshare --kill-child=KI", &["--kill-child=KILL"]),
    all("rnsenter --kill-child=KI", &["--kill-child=KILL"]),
    all(
        "rlsns --graph=",
        &["--graph=dot", "--graph=json", "--graph=mermaid"],
    ),
    all(
        "runshare --kill-child=ST",
        &["--kill-child=STKFLT", "--kill-child=STOP"],
    ),
    // Numbers and texts, of which nothing can be said: no files either.
    all("runshare --hostname ", &[]),
    all("rnsenter -N ", &[]),
    // Columns and variables, in lists too.
    all("rlsns -o NE", &["NETNSID"]),
    all("rlsns --output=NS,TY", &["--output=NS,TYPE"]),
    all("rlsns --output +NSF", &["+NSFS"]),
    all("rlsns -oNS,NP", &["-oNS,NPROCS"]),
    all("rlsns --filter TY", &["TYPE"]),
    all("runshare --whitelist-env HOM", &["HOME"]),
    all(
        "runshare --whitelist-env=HOME,PAT",
        &["--whitelist-env=HOME,PATH"],
    ),
    // Processes and namespaces.
    one("rlsns --task {pid}", "{pid}"),
    one("rlsns -p{pid}", "-p{pid}"),
    one("rnsenter -t {pid}", "{pid}"),
    one("rnsenter -at {pid}", "{pid}"),
    one("rnsenter --target={pid}", "--target={pid}"),
    one("rlsns {ns}", "{ns}"),
    one("rlsns --holders {ns}", "{ns}"),
    one("rlsns --compare {pid}", "{pid}"),
    one("rlsns --compare=1,{pid}", "--compare=1,{pid}"),
    all("rlsns --compare {dir}/fi", &["{dir}/file"]),
    all("rlsns --compare 1,{dir}/fi", &["1,{dir}/file"]),
    all("rlsns --holders={dir}/fi", &["--holders={dir}/file"]),
    all("rlsns {dir}/fi", &["{dir}/file"]),
    // Named networks. What has the name is not asked.
    all("rnsenter --target netns:bl", &["netns:blue"]),
    all("rnsenter -t netns:pi", &["netns:pipe"]),
    all("nsenter --target=netns:bl", &["--target=netns:blue"]),
    all("rlsns --task netns:bl", &["netns:blue"]),
    all("rlsns --holders netns:bl", &["netns:blue"]),
    all("rlsns netns:bl", &["netns:blue"]),
    all("rlsns --compare=1,netns:bl", &["--compare=1,netns:blue"]),
    all("rnsenter -t /run/netns/bl", &["/run/netns/blue"]),
    all("rlsns --compare 1,/run/netns/bl", &["1,/run/netns/blue"]),
    all("rnsenter --net=/run/netns/bl", &["--net=/run/netns/blue"]),
    all("runshare --net=/run/netns/bl", &["--net=/run/netns/blue"]),
    one("runshare --net=", "--net=/run/netns/pipe"),
    one("rnsenter --net=", "--net={dir}/kept"),
    all("rnsenter --net={dir}/ke", &["--net={dir}/kept"]),
    all("rnsenter --mount={dir}/fi", &["--mount={dir}/file"]),
    // Users and groups.
    all("runshare --map-user daemo", &["daemon"]),
    all("runshare --map-group=nogrou", &["--map-group=nogroup"]),
    all("rchroot --groups nogrou", &["nogroup"]),
    all(
        "rchroot --groups=daemon,nogrou",
        &["--groups=daemon,nogroup"],
    ),
    all("rchroot --userspec=daemo", &["--userspec=daemon"]),
    all("rchroot --userspec root:daemo", &["root:daemon"]),
    all("rchroot --userspec=:nogrou", &["--userspec=:nogroup"]),
    // Directories and files.
    all("runshare --root {dir}/di", &["{dir}/dir"]),
    all("runshare --mount={dir}/fi", &["--mount={dir}/file"]),
    all("rchroot {dir}/di", &["{dir}/dir"]),
    all("rnsenter -t {dir}/di", &["{dir}/dir"]),
    all("rnsenter --target={dir}/di", &["--target={dir}/dir"]),
    // The program, and its own completion, where our options are none any more.
    all("runshare --mount readlin", &["readlink"]),
    all("runshare -R / --owner=0:0 readlin", &["readlink"]),
    all("rnsenter -at 1 readlin", &["readlink"]),
    all("rchroot --groups 5 / readlin", &["readlink"]),
    all("runshare ls {dir}/fi", &["{dir}/file"]),
    all("runshare -- rlsns --tre", &["--tree"]),
    all("rchroot / rnsenter -t 1 --user-", &["--user-parent"]),
    // Paths of the new root: no link leads out of it.
    all("rchroot {dir}/root /us", &["/usr"]),
    all("rchroot {dir}/root/ /usr/inner/to", &["/usr/inner/tool"]),
    all(
        "rchroot --groups 5 {dir}/root /absolute/i",
        &["/absolute/inner"],
    ),
    all("rchroot {dir}/root cat /above/", &["/above/inside.conf"]),
    all("rchroot {dir}/root cat /relative/t", &["/relative/tool"]),
    all(
        "rchroot {dir}/root cat /usr/../../../et",
        &["/usr/../../../etc"],
    ),
    all("rchroot {dir}/root /self/", &[]),
    all("rchroot {dir}/root /dangling/", &[]),
    all("chroot {dir}/root /us", &["/usr"]),
    all("rchroot {dir}/root /odd/", &["/odd/plain"]),
    all("runshare -r --root {dir}/root /us", &["/usr"]),
    all(
        "runshare --root={dir}/root cat /etc/i",
        &["/etc/inside.conf"],
    ),
    all("runshare -R {dir}/root --wd /et", &["/etc"]),
    all("runshare --root {dir}/root --wd=/above", &["--wd=/above"]),
    all("runshare --root {dir}/root --wd /etc/i", &[]),
    all("runshare --root {dir}/root --tmpfs /usr/i", &["/usr/inner"]),
    all(
        "runshare --root {dir}/root --mount-dev=/us",
        &["--mount-dev=/usr"],
    ),
    all(
        "runshare --root {dir}/root --bind {dir}/fi",
        &["{dir}/file"],
    ),
    all(
        "runshare --root {dir}/root --bind /mnt:/etc/i",
        &["/mnt:/etc/inside.conf"],
    ),
    all(
        "runshare --root {dir}/root --bind-ro=/mnt:/us",
        &["--bind-ro=/mnt:/usr"],
    ),
    all("runshare --bind /mnt:{dir}/fi", &["/mnt:{dir}/file"]),
    all("runshare --bind /mnt:/x:nodev,id", &["/mnt:/x:nodev,idmap"]),
    all("runshare --wd {dir}/di", &["{dir}/dir"]),
    // Under the originals' names.
    all("unshare --map-root", &["--map-root-user"]),
    all("nsenter --user-", &["--user-parent"]),
    all("lsns -o NE", &["NETNSID"]),
    all("chroot --userspec root:daemo", &["root:daemon"]),
];
