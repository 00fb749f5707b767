use std::path::PathBuf;

use keyway_app::App;
use keyway_app::audit::{Event, EventKind, Who};
use keyway_app::policy::{Approvals, Fault};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::policy::Sources;
use crate::servers::{Looks, PACE};

/// Reads the operator's policies again when they change. Policies with faults are refused, and the
/// old ones stay.
pub(super) struct PolicyWatch {
    app: App,
    path: PathBuf,
    approvals: Approvals,
    /// What was read last, taken or not.
    read: Result<Sources, Vec<Fault>>,
}

impl PolicyWatch {
    /// `taken` is what is in force.
    pub(super) fn new(app: App, path: PathBuf, approvals: Approvals, taken: Sources) -> Self {
        Self {
            app,
            path,
            approvals,
            read: Ok(taken),
        }
    }

    /// Watches until it is told to end.
    pub(super) async fn run(mut self, tasks: TaskTracker, ending: CancellationToken) {
        let mut looks = Looks::default();
        loop {
            tokio::select! {
                () = ending.cancelled() => return,
                () = tokio::time::sleep(PACE) => {}
            }
            let path = self.path.clone();
            let looking = tasks.spawn_blocking(move || {
                let changed = looks.changed(&Sources::watched(&path));
                let read = changed.then(|| Sources::read(Some(&path)));
                if read.is_some() {
                    looks.took();
                }
                (looks, read)
            });
            let Ok(looked) = looking.await else {
                return;
            };
            let read;
            (looks, read) = looked;
            if let Some(read) = read
                && read != self.read
            {
                self.take(&read);
                self.read = read;
            }
        }
    }

    fn take(&self, read: &Result<Sources, Vec<Fault>>) {
        let policies = match read {
            Ok(sources) => sources.policies(self.approvals),
            Err(faults) => Err(faults.clone()),
        };
        match policies {
            Ok(policies) => {
                for warning in policies.warnings() {
                    tracing::warn!("{warning}");
                }
                self.write_down(EventKind::PolicyChanged, 0);
                self.app.set_policies(policies);
                tracing::info!("policies changed");
            }
            Err(faults) => {
                for fault in &faults {
                    tracing::error!("{fault}");
                }
                self.write_down(EventKind::PolicyRefused, faults.len());
                tracing::error!("the policies cannot be used; the old ones stay in force");
            }
        }
    }

    /// Tells the audit log of the operator's organization.
    fn write_down(&self, kind: EventKind, faults: usize) {
        let owner = self.app.local().organization().clone();
        let mut event = Event::new(kind, Who::operator(&owner))
            .target("policy_file", self.path.display().to_string());
        if faults > 0 {
            event = event.detail("faults", faults);
        }
        self.app.audit().note(event);
    }
}
