use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use keyway_core::Secret;
use keyway_core::ports::BoxFuture;
use keyway_oauth::{Lock, Safe, SafeError};
use parking_lot::Mutex;
use tokio::sync::watch;

/// A safe in memory, shared by every client that gets the same one, as processes share a folder.
pub(crate) struct MemorySafe {
    records: Mutex<BTreeMap<String, Vec<u8>>>,
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    changes: watch::Sender<u64>,
    pub(crate) fails_to_write: AtomicBool,
}

impl MemorySafe {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            records: Mutex::default(),
            locks: Mutex::default(),
            changes: watch::Sender::new(0),
            fails_to_write: AtomicBool::new(false),
        })
    }

    /// True when a text is in one of the records.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let records = self.records.lock();
        records
            .values()
            .any(|record| String::from_utf8_lossy(record).contains(text))
    }

    pub(crate) fn dump(&self) -> BTreeMap<String, Vec<u8>> {
        self.records.lock().clone()
    }

    pub(crate) fn put(&self, name: &str, record: Vec<u8>) {
        self.records.lock().insert(name.to_owned(), record);
        self.changes.send_modify(|count| *count += 1);
    }
}

impl Safe for MemorySafe {
    fn read<'a>(
        &'a self,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<Secret<Vec<u8>>>, SafeError>> {
        Box::pin(async move {
            // As one that has to wait for a disk.
            tokio::task::yield_now().await;
            let record = self.records.lock().get(name).cloned();
            Ok(record.map(Secret::new))
        })
    }

    fn write<'a>(
        &'a self,
        name: &'a str,
        value: Secret<Vec<u8>>,
    ) -> BoxFuture<'a, Result<(), SafeError>> {
        let written = if self.fails_to_write.load(Ordering::SeqCst) {
            Err(SafeError::Io("the disk is full".into()))
        } else {
            self.put(name, value.expose().clone());
            Ok(())
        };
        Box::pin(std::future::ready(written))
    }

    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool, SafeError>> {
        let removed = self.records.lock().remove(name).is_some();
        self.changes.send_modify(|count| *count += 1);
        Box::pin(std::future::ready(Ok(removed)))
    }

    fn names(&self) -> BoxFuture<'_, Result<Vec<String>, SafeError>> {
        let names = self.records.lock().keys().cloned().collect();
        Box::pin(std::future::ready(Ok(names)))
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, SafeError>> {
        let lock = Arc::clone(self.locks.lock().entry(name.to_owned()).or_default());
        Box::pin(async move { Ok(Box::new(lock.lock_owned().await) as Lock) })
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        let mut changes = self.changes.subscribe();
        Box::pin(async move {
            let _ = changes.changed().await;
        })
    }
}
