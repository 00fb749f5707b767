use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use keyway_store::ApprovalState;

/// What is counted of approvals.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    asked: AtomicU64,
    approved: AtomicU64,
    denied: AtomicU64,
    executed: AtomicU64,
}

impl Counters {
    /// A call was parked.
    pub(super) fn asked(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }

    /// Somebody decided here.
    pub(super) fn decided(&self, state: ApprovalState) {
        let count = match state {
            ApprovalState::Denied => &self.denied,
            _ => &self.approved,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// An approved call was taken up.
    pub(super) fn executed(&self) {
        self.executed.fetch_add(1, Ordering::Relaxed);
    }

    /// Everything in the text format of Prometheus.
    pub(crate) fn render(&self, out: &mut String) {
        let name = "keyway_approvals_total";
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "# HELP {name} Calls that were parked for an approval, and what became of them in this process."
        );
        let _ = writeln!(out, "# TYPE {name} counter");
        for (event, count) in [
            ("asked", &self.asked),
            ("approved", &self.approved),
            ("denied", &self.denied),
            ("executed", &self.executed),
        ] {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(out, "{name}{{event=\"{event}\"}} {count}");
        }
    }
}
