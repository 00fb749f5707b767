use std::path::PathBuf;

use keyway_app::audit::{AuditEvent, AuditFilter, AuditSettings};
use keyway_app::{Event, EventKind, Settings};
use keyway_core::{Action, OrgId};
use keyway_store::Purpose;
use serde_json::Value;

use crate::support::{Process, until};

/// A gateway's application on a fresh directory.
pub(super) struct World {
    pub(super) process: Process,
    pub(super) directory: tempfile::TempDir,
}

impl World {
    pub(super) async fn start(actions: Vec<Action>) -> Self {
        Self::with(actions, AuditSettings::default()).await
    }

    pub(super) async fn with(actions: Vec<Action>, audit: AuditSettings) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let settings = Settings {
            audit,
            ..Settings::default()
        };
        let starting = Process::start_with(directory.path(), Purpose::Serve, actions, settings);
        let process = starting.await;
        Self { process, directory }
    }

    /// Another process on the same data.
    pub(super) async fn restart(self) -> Self {
        self.process.stop().await;
        let directory = self.directory;
        let settings = Settings::default();
        let starting = Process::start_with(directory.path(), Purpose::Serve, Vec::new(), settings);
        let process = starting.await;
        Self { process, directory }
    }

    pub(super) fn home(&self) -> OrgId {
        self.process.app.local().organization().clone()
    }

    /// Writes events down, and answers once they are.
    pub(super) async fn fill(&self, count: usize) {
        for number in 0..count {
            let who = self.process.app.local();
            let event = Event::new(EventKind::SignIn, &who).detail("number", number);
            self.process.app.audit().record(event).await.unwrap();
        }
    }

    /// Events that nobody waits for: they are appended together.
    pub(super) async fn note(&self, count: usize) {
        let before = self.events().await.len();
        for number in 0..count {
            let who = self.process.app.local();
            let event = Event::new(EventKind::SignIn, &who).detail("number", number);
            self.process.app.audit().note(event);
        }
        until(|| async { self.events().await.len() >= before + count }).await;
    }

    /// Every record of the log, once it has so many, and no more.
    pub(super) async fn records(&self, count: usize) -> Vec<Value> {
        until(|| async { self.events().await.len() >= count }).await;
        let events = self.events().await;
        assert_eq!(events.len(), count, "{events:?}");
        let read = |event: &AuditEvent| serde_json::from_str(event.record.get()).unwrap();
        events.iter().map(read).collect()
    }

    pub(super) async fn events(&self) -> Vec<AuditEvent> {
        let audit = self.process.app.audit();
        let all = AuditFilter::default();
        audit.after(&self.home(), &all, 0).await.unwrap()
    }

    pub(super) fn database(&self) -> PathBuf {
        self.directory.path().join("keyway.db")
    }
}
