//! A capability that a call requires and the process lacks, `capabilities(7)`.

use nix::unistd::geteuid;

use super::{Explanation, explanation};
use crate::message::{Message, sentence};
use crate::procfs::ProcStatus;
use crate::sys::capability::Capability;

impl Capability {
    /// Returns whether a process with this status has it over its own user namespace.
    pub fn is_held(self, status: &ProcStatus) -> Option<bool> {
        status.has_capability("CapEff", self.number())
    }

    /// Explains that a process with this status lacks it, if it does, and what to do: `otherwise`, if there is a way
    /// without it.
    pub fn missing(self, status: &ProcStatus, otherwise: Option<&Message>) -> Option<Explanation> {
        if self.is_held(status)? {
            return None;
        }
        let (name, user) = (self.name(), geteuid());
        let with_otherwise = |remedy: Message| match otherwise {
            Some(otherwise) => sentence("%s, or %s", &[otherwise, &remedy]),
            None => remedy,
        };
        if !user.is_root() {
            let remedy = with_otherwise(sentence("run this as root", &[]));
            return Some(explanation(
                "missing-capability",
                "this requires %s, which user %s does not have: %s",
                &[&name, &user, &remedy],
            ));
        }
        let (effective, bounding) = (status.field("CapEff")?, status.field("CapBnd")?);
        let option = name.trim_start_matches("CAP_");
        let remedy = match status.has_capability("CapBnd", self.number())? {
            true => sentence("do not drop it when starting this process", &[]),
            false => sentence(
                "grant it when starting the container (--cap-add %s)",
                &[&option],
            ),
        };
        Some(explanation(
            "missing-capability",
            "this requires %s, which root does not have here (CapEff %s, CapBnd \
             %s): %s",
            &[&name, &effective, &bounding, &with_otherwise(remedy)],
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::capability::CAP_SYS_ADMIN;

    #[test]
    fn is_missing_only_if_the_kernel_reports_it() {
        let with = ProcStatus::new("CapEff:\t0000000000200000\nCapBnd:\t0000000000200000\n");
        let without = ProcStatus::new("CapEff:\t0000000000000000\nCapBnd:\t0000000000200000\n");
        assert_eq!(CAP_SYS_ADMIN.missing(&with, None), None);
        assert_eq!(CAP_SYS_ADMIN.missing(&ProcStatus::new(""), None), None);
        let hint = CAP_SYS_ADMIN
            .missing(&without, Some(&sentence("do this", &[])))
            .expect("it is missing")
            .to_string();
        assert!(
            hint.starts_with("this requires CAP_SYS_ADMIN, which "),
            "{hint}"
        );
        assert!(hint.contains(": do this, or "), "{hint}");
    }
}
