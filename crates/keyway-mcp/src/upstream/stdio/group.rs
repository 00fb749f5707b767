use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

/// The process group of a child: the child and everything it started. Killed when dropped, so that
/// nothing outlives us.
#[derive(Debug)]
pub(super) struct Group {
    leader: Option<Pid>,
}

impl Group {
    /// The group that the child with this process id leads.
    pub(super) fn of(leader: Option<u32>) -> Self {
        let leader = leader
            .and_then(|pid| i32::try_from(pid).ok())
            .and_then(Pid::from_raw);
        Self { leader }
    }

    /// Asks the whole group to leave.
    pub(super) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Ends the whole group.
    pub(super) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// True as long as any process of the group is there.
    pub(super) fn is_alive(&self) -> bool {
        self.leader
            .is_some_and(|leader| test_kill_process_group(leader).is_ok())
    }

    fn signal(&self, signal: Signal) {
        if let Some(leader) = self.leader {
            // Fails when the group is gone, which is what is wanted.
            let _ = kill_process_group(leader, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
