use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What is counted of the audit log.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    written: AtomicU64,
    commits: AtomicU64,
    failures: AtomicU64,
    lost: AtomicU64,
    refused: AtomicU64,
    checkpoints: AtomicU64,
    broken: AtomicU64,
    failing: AtomicBool,
    losing: AtomicBool,
}

impl Counters {
    /// A batch was written. True when none could be before it.
    pub(super) fn wrote(&self, events: usize) -> bool {
        self.written.fetch_add(events as u64, Ordering::Relaxed);
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.losing.store(false, Ordering::Relaxed);
        self.failing.swap(false, Ordering::Relaxed)
    }

    /// A batch could not be written. True when the one before it could.
    pub(super) fn failed(&self) -> bool {
        self.failures.fetch_add(1, Ordering::Relaxed);
        !self.failing.swap(true, Ordering::Relaxed)
    }

    /// Events are lost. True when none was since the last batch was written.
    pub(super) fn lost(&self, events: usize) -> bool {
        self.lost.fetch_add(events as u64, Ordering::Relaxed);
        !self.losing.swap(true, Ordering::Relaxed)
    }

    /// Something was not done because it could not be written down.
    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn signed(&self) {
        self.checkpoints.fetch_add(1, Ordering::Relaxed);
    }

    /// A log was found altered. True the first time.
    pub(super) fn broken(&self) -> bool {
        self.broken.fetch_add(1, Ordering::Relaxed) == 0
    }

    /// Everything in the text format of Prometheus.
    pub(crate) fn render(&self, out: &mut String) {
        for (name, kind, help, count) in [
            (
                "keyway_audit_events_total",
                "counter",
                "Events written to the audit log.",
                &self.written,
            ),
            (
                "keyway_audit_commits_total",
                "counter",
                "Batches of events written to the audit log.",
                &self.commits,
            ),
            (
                "keyway_audit_failures_total",
                "counter",
                "Batches that could not be written.",
                &self.failures,
            ),
            (
                "keyway_audit_lost_total",
                "counter",
                "Events of reads that are not in the audit log.",
                &self.lost,
            ),
            (
                "keyway_audit_refusals_total",
                "counter",
                "Calls and changes refused because they could not be written down.",
                &self.refused,
            ),
            (
                "keyway_audit_checkpoints_total",
                "counter",
                "Checkpoints signed.",
                &self.checkpoints,
            ),
            (
                "keyway_audit_broken_total",
                "counter",
                "Times an audit log was found altered.",
                &self.broken,
            ),
        ] {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(
                out,
                "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {count}"
            );
        }
        let writable = u8::from(!self.failing.load(Ordering::Relaxed));
        let name = "keyway_audit_writable";
        let help = "Whether the last batch could be written.";
        let _ = writeln!(
            out,
            "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {writable}"
        );
    }
}
