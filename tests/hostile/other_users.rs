//! What an ordinary user of the machine puts in root's way: cgroups with a container's name, directories, links.

use testkit::{Outcome, require};

use crate::fixture::{built, can_run, is_text, script};

/// A user who has nothing to do with the tests.
const OTHER: &str = "54321";

/// The id that the real container has, and the other user's fake as well.
fn id() -> String {
    format!("{:08x}{}", std::process::id(), "c".repeat(56))
}

/// A real container's process, and one of the other user's in a mount namespace of their own, in cgroups of the same
/// name; the other user's is below a directory that is delegated to them. `$1` is their number, `$2` the id; the rest
/// is run, with FAKE and REAL replaced by the two processes.
const CGROUPS: &str = r#"
    user=$1 id=$2; shift 2
    as="setpriv --reuid $user --regid $user --clear-groups --inh-caps=-all"
    mount -t cgroup2 none /mnt; top=/mnt/nsutils-hostile-$$; mkdir $top
    end() {
        status=$?
        kill -9 $real $fake || :
        wait $real $fake || :
        tries=0
        until [ ! -e $top ] || [ $((tries += 1)) = 500 ]; do
            rmdir $top/*/*.scope $top/*.slice $top/delegated $top 2>&- || sleep 0.01
        done
        exit $status
    }
    trap end EXIT
    unshare -m -u sleep 1000 & real=$!
    $as unshare -r -m -u sleep 1000 & fake=$!
    mkdir $top/system.slice $top/delegated
    chown "$user:$user" $top/delegated
    mkdir $top/system.slice/docker-$id.scope
    $as mkdir $top/delegated/docker-$id.scope
    echo $fake >$top/delegated/docker-$id.scope/cgroup.procs
    case " $* " in *" REAL "*) echo $real >$top/system.slice/docker-$id.scope/cgroup.procs;; esac
    for pid in $real $fake; do
        while [ "$(readlink /proc/$pid/ns/uts)" = "$(readlink /proc/self/ns/uts)" ]; do sleep 0.01; done
    done
    echo "real $(readlink /proc/$real/ns/uts) fake $(readlink /proc/$fake/ns/uts)"
    words=; for word in "$@"; do [ "$word" = REAL ] || words="$words $word"; done
    status=0; $words || status=$?
    echo "status $status"
"#;

fn with_cgroups(words: &[&str]) -> Outcome {
    let id = id();
    let words = words.iter().map(|word| word.replace("ID", &id));
    let all = [OTHER.to_owned(), id.clone()].into_iter().chain(words);
    script(CGROUPS, all).run().ok()
}

#[test]
fn cgroups_of_another_user_do_not_lead_into_their_namespaces() {
    let can_run = can_run()
        && require::root()
        && require::installed("setpriv")
        && require::installed("unshare");
    if !can_run {
        return;
    }
    let rnsenter = built("rnsenter").display().to_string();
    let enter = [
        &*rnsenter,
        "-t",
        "ID",
        "-u",
        "readlink",
        "/proc/self/ns/uts",
    ];
    let outcome = with_cgroups(&enter);
    is_text(&outcome);
    let (out, err) = (outcome.out(), outcome.err());
    assert!(out.ends_with("status 1\n"), "{outcome}");
    assert!(
        err.contains(&format!(" belongs to user {OTHER}: ")),
        "{outcome}"
    );
    assert_eq!(out.matches("uts:[").count(), 2, "{outcome}");
    // Beside the real one it is as if it were not there.
    let outcome = with_cgroups(&[&enter[..], &["REAL"]].concat());
    let out = outcome.out();
    let real = out.split_whitespace().nth(1).unwrap_or_default();
    assert!(out.ends_with(&format!("\n{real}\nstatus 0\n")), "{outcome}");
    // And the list of namespaces says whose it is.
    let rlsns = built("rlsns").display().to_string();
    let list = [&*rlsns, "-n", "-t", "uts", "-o", "NS,CONTAINER", "REAL"];
    let out = with_cgroups(&list).out();
    let short = format!("docker:{}", &id()[..12]);
    let marked = format!("{short}@{OTHER}\n");
    assert!(out.contains(&format!("{short}\n")), "{out}");
    assert!(out.contains(&marked), "{out}");
}

/// A directory of the other user's with links to their mount namespace, and links of theirs in a sticky directory. `$2`
/// is the program, the rest its options, in which ATNAME is a path there and THEIRS the number of their process.
const DIRECTORIES: &str = r#"
    user=$1; shift
    as="setpriv --reuid $user --regid $user --clear-groups --inh-caps=-all"
    mount -t tmpfs -o mode=1777 none /mnt; cd /mnt
    $as unshare -r -m sleep 1000 & theirs=$!
    trap 'kill -9 $theirs' EXIT
    while [ "$(readlink /proc/$theirs/ns/mnt)" = "$(readlink /proc/self/ns/mnt)" ]; do sleep 0.01; done
    mkdir -m 755 safe; $as mkdir box; $as ln -s /proc/$theirs/ns/mnt box/mnt
    $as ln -s /proc/$theirs/ns/net box/net; $as ln -s /mnt/safe link; $as ln -s /proc/$theirs/ns ns
    words=; for word in "$@"; do words="$words $(echo "$word" | sed "s,AT,/mnt/,; s,^THEIRS$,$theirs,")"; done
    before=$(ls -lR /mnt)
    status=0; $words || status=$?
    [ "$before" = "$(ls -lR /mnt)" ] || echo "changed"
    echo "status $status"
"#;

#[test]
fn directories_and_links_of_another_user_are_refused_and_left_as_they_are() {
    let can_run = can_run()
        && require::root()
        && require::installed("setpriv")
        && require::installed("unshare");
    if !can_run {
        return;
    }
    for (name, options) in [
        ("runshare", "--persist ATbox --uts echo ran"),
        ("runshare", "--persist ATlink --uts echo ran"),
        ("runshare", "--persist ATbox/new --uts echo ran"),
        ("runshare", "--persist ATbox/../box/new --uts echo ran"),
        ("runshare", "--unpersist ATbox"),
        ("runshare", "--unpersist ATlink"),
        ("rnsenter", "-t ATbox echo ran"),
        ("rnsenter", "-t ATbox/ -m echo ran"),
        ("rnsenter", "-t ATlink echo ran"),
        ("rnsenter", "-t ATns -a echo ran"),
        ("rnsenter", "-t ATsafe/../box -a echo ran"),
        ("rnsenter", "-t THEIRS --tools=ATbox echo ran"),
        ("rnsenter", "-t THEIRS --tools=ATlink echo ran"),
        ("rnsenter", "-t THEIRS --tools=ATsafe/../box echo ran"),
        ("rchroot", "--overlay=ATbox / echo ran"),
        ("rchroot", "--overlay=ATlink / echo ran"),
    ] {
        let program = built(name).display().to_string();
        let words = [OTHER, &program].into_iter().chain(options.split(' '));
        let outcome = script(DIRECTORIES, words).run().ok();
        is_text(&outcome);
        let status = if name == "rchroot" { 125 } else { 1 };
        assert_eq!(outcome.out(), format!("status {status}\n"), "{outcome}");
        assert!(outcome.err().contains(": cannot use /mnt/"), "{outcome}");
        assert!(
            outcome
                .err()
                .ends_with(&format!(" belongs to user {OTHER}\n")),
            "{outcome}"
        );
    }
}

/// A link of the other user's that leads to a directory of root's and to /etc in turn, which the program in `$2` is to
/// use, run over and over.
const FLIPPING: &str = r#"
    user=$1; shift
    as="setpriv --reuid $user --regid $user --clear-groups --inh-caps=-all"
    mount -t tmpfs -o mode=1777 none /mnt; cd /mnt; mkdir -m 755 safe
    $as sh -c 'while :; do
        for to in safe ../etc; do ln -s $to new && mv -T new flip; : >flipped; done
    done' & theirs=$!
    trap 'kill -9 $theirs' EXIT
    while [ ! -e flipped ]; do sleep 0.01; done
    runs=0
    until [ $((runs += 1)) = 20 ]; do
        ! "$@" || echo "accepted"
    done
"#;

#[test]
fn a_link_that_flips_is_never_where_tools_are_mounted() {
    let can_run = can_run() && require::root() && require::installed("setpriv");
    if !can_run {
        return;
    }
    let program = built("rnsenter").display().to_string();
    let own = std::process::id().to_string();
    let words = [
        "-t",
        &own,
        "--tools=/mnt/flip",
        "grep",
        "/etc",
        "/proc/self/mountinfo",
    ];
    let words = [OTHER, &program].into_iter().chain(words);
    let outcome = script(FLIPPING, words).run().ok();
    assert_eq!(outcome.out(), "", "{outcome}");
    let refused = format!(
        "rnsenter: cannot use /mnt/flip: the symbolic link /mnt/flip belongs to user {OTHER}\n"
    );
    assert_eq!(outcome.err(), refused.repeat(19), "{outcome}");
}
