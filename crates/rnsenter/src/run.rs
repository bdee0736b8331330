//! What `rnsenter` does, step by step. The order can be seen from outside and is nsenter(1)'s.

use anyhow::{Context, Result, bail};
use nix::libc::SIGCHLD;
use nscore::cli::Invocation;
use nscore::exec::Program;
use nscore::namespace::Namespace;
use nscore::sys::process::{Ending, hide_from_tracers, spawn};
use nscore::sys::signal::{die_by, set_default};

use crate::cgroup::Cgroup;
use crate::credentials::Credentials;
use crate::directories::Directories;
use crate::environment::Environment;
use crate::ids::Identities;
use crate::join::{Joining, choose_all};
use crate::options::Options;
use crate::{context, wait};

/// Runs the program in the namespaces; returns if it could not be run, or once the child that runs it has ended.
pub(crate) fn run(invocation: &Invocation) -> Result<Ending> {
    let mut options = Options::read(invocation)?;
    let program = Program::from_operands(&options.operands);
    set_default(SIGCHLD).context("sigaction failed")?;
    context::follow(&options, options.target.as_ref())?;
    if options.all {
        choose_all(&mut options)?;
    }
    let target = options.target.take();
    let target = target.as_ref();
    let mut joining = Joining::prepare(&mut options, target)?;
    let directories = Directories::open(&mut options, target)?;
    let environment = Environment::open(&options, target)?;
    let cgroup = Cgroup::open(&options, target)?;
    let identities = Identities::open(&options, target)?;
    if options.user_parent {
        joining.choose_user_parent(target)?;
    }
    if let Some(number) = options.net_socket {
        joining.choose_net_socket(target, number)?;
    }
    if joining.is_empty() {
        bail!("no namespace specified");
    }
    let credentials = Credentials {
        enters_user: joining.enters(Namespace::User),
        preserve: options.preserve_credentials,
        keep_caps: options.keep_caps,
    };
    let root_changed = directories.change_root() || joining.enters(Namespace::Mount);
    let fork = joining.enters(Namespace::Pid) && !options.no_fork;
    let groups_left = credentials.drop_groups_outside();
    // From here until exec nobody inside may look into this process: it still holds what is outside.
    hide_from_tracers().context("prctl failed")?;
    joining.join()?;
    directories.enter()?;
    environment.adopt()?;
    let (user, group) = identities.resolve()?;
    cgroup.join()?;
    let become_program = || -> Result<Ending> {
        credentials.become_inside(user, group, groups_left)?;
        Err(program.run(root_changed))
    };
    if !fork {
        return become_program();
    }
    let child = spawn(|| match become_program() {
        Ok(Ending::Status(status)) => status,
        Ok(Ending::Signal(signal)) => die_by(signal),
        Err(error) => invocation.diagnostics.report(&error),
    });
    wait::for_child(child.context("fork failed")?)
}
