use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicUsize, Ordering};

use keyway_core::Principal;
use keyway_core::ports::{ClientCapabilities, LogLevel};
use keyway_core::rpc::RawJson;
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::super::core::Core;
use super::super::gauge::Live;
use super::super::notices::Notices;
use super::log::EventLog;
use crate::wire::{Id, Revision};

/// The answer of a client: its `result`, or its `error` object.
pub(super) type Answer = Result<RawJson, RawJson>;

/// Finished streams of one session that are kept for a client that comes back.
const KEPT_STREAMS: usize = 8;

/// One MCP session: what its principal's client said when it opened it, and what is under way.
pub(in super::super) struct Session {
    pub(super) id: [u8; 16],
    pub(super) owner: Principal,
    pub(super) revision: Revision,
    pub(super) capabilities: ClientCapabilities,
    /// Cancelled at the end of the session.
    pub(super) ended: CancellationToken,
    level: AtomicU8,
    /// The client said which log messages it wants.
    asked_for_log: AtomicBool,
    last_used: AtomicI64,
    busy: AtomicUsize,
    inner: Mutex<Inner>,
    _live: Live,
}

#[derive(Default)]
struct Inner {
    asked: u64,
    streams: u32,
    in_flight: HashMap<Id, CancellationToken>,
    waiting: HashMap<u64, oneshot::Sender<Answer>>,
    logs: Vec<Arc<EventLog>>,
    standing: Option<Arc<EventLog>>,
    notices: Option<Notices>,
    subscriptions: HashSet<String>,
}

impl Session {
    pub(super) fn new(
        id: [u8; 16],
        owner: Principal,
        revision: Revision,
        capabilities: ClientCapabilities,
        now: i64,
        live: Live,
    ) -> Self {
        Self {
            id,
            owner,
            revision,
            capabilities,
            ended: CancellationToken::new(),
            level: AtomicU8::new(level_number(LogLevel::Info)),
            asked_for_log: AtomicBool::new(false),
            last_used: AtomicI64::new(now),
            busy: AtomicUsize::new(0),
            inner: Mutex::new(Inner::default()),
            _live: live,
        }
    }

    pub(super) fn level(&self) -> LogLevel {
        let number = self.level.load(Ordering::Relaxed);
        LEVELS
            .into_iter()
            .find(|level| level_number(*level) == number)
            .unwrap_or(LogLevel::Info)
    }

    pub(super) fn set_level(&self, level: LogLevel) {
        self.level.store(level_number(level), Ordering::Relaxed);
        self.asked_for_log.store(true, Ordering::Relaxed);
    }

    /// True once the client said which log messages it wants.
    pub(super) fn asked_for_log(&self) -> bool {
        self.asked_for_log.load(Ordering::Relaxed)
    }

    pub(super) fn touch(&self, now: i64) {
        self.last_used.store(now, Ordering::Relaxed);
    }

    /// When the session was used last; `None` while a stream or call is open.
    pub(super) fn idle_since(&self) -> Option<i64> {
        (self.busy.load(Ordering::Relaxed) == 0).then(|| self.last_used.load(Ordering::Relaxed))
    }

    /// Keeps the session from being idle.
    pub(super) fn enter(self: &Arc<Self>, core: &Arc<Core>) -> Busy {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy {
            session: Arc::clone(self),
            core: Arc::clone(core),
        }
    }

    /// Notes a call. Fails when its id is in use, or too many calls run.
    pub(super) fn begin_call(
        &self,
        id: &Id,
        cancel: &CancellationToken,
        most: usize,
    ) -> Result<(), &'static str> {
        let mut inner = self.inner.lock();
        if inner.in_flight.len() >= most {
            return Err("too many calls of this MCP session are running");
        }
        if inner.in_flight.contains_key(id) {
            return Err("a request with this id is still running");
        }
        inner.in_flight.insert(id.detached(), cancel.clone());
        Ok(())
    }

    pub(super) fn end_call(&self, id: &Id) {
        let mut inner = self.inner.lock();
        inner.in_flight.remove(id);
        // What a burst needed is given back, so that an idle session stays small.
        if inner.in_flight.is_empty() && inner.in_flight.capacity() > 16 {
            inner.in_flight = HashMap::new();
        }
    }

    /// Cancels a call on the client's word.
    pub(super) fn cancel_call(&self, id: &Id) {
        let found = self.inner.lock().in_flight.get(id).cloned();
        if let Some(cancel) = found {
            cancel.cancel();
        }
    }

    /// Opens the stream of some calls.
    pub(super) fn open_log(&self, core: &Core, calls: usize) -> Arc<EventLog> {
        let mut inner = self.inner.lock();
        inner.streams += 1;
        let log = Arc::new(EventLog::new(inner.streams, calls));
        inner.drop_old_logs(core);
        inner.logs.push(Arc::clone(&log));
        drop(inner);
        self.prime(core, &log);
        log
    }

    /// The standing stream, made when it is not there.
    pub(super) fn standing_log(&self, core: &Core) -> Arc<EventLog> {
        let mut inner = self.inner.lock();
        if let Some(log) = &inner.standing {
            return Arc::clone(log);
        }
        let log = Arc::new(EventLog::new(0, 0));
        inner.standing = Some(Arc::clone(&log));
        drop(inner);
        self.prime(core, &log);
        log
    }

    /// A stream by its number.
    pub(super) fn log(&self, number: u32) -> Option<Arc<EventLog>> {
        let inner = self.inner.lock();
        inner
            .standing
            .iter()
            .chain(&inner.logs)
            .find(|log| log.number == number)
            .cloned()
    }

    /// Clients of older revisions take an event without data for a broken message.
    fn prime(&self, core: &Core, log: &EventLog) {
        if self.revision >= Revision::V2025_11_25 {
            log.prime(&core.settings);
        }
    }

    /// The notices of the standing stream, where its last reader left them.
    pub(super) fn take_notices(&self) -> Option<Notices> {
        self.inner.lock().notices.take()
    }

    pub(super) fn keep_notices(&self, notices: Notices) {
        if !self.ended.is_cancelled() {
            self.inner.lock().notices = Some(notices);
        }
    }

    /// A number for a request to the client, and where its answer will come.
    pub(super) fn ask(&self) -> (u64, oneshot::Receiver<Answer>) {
        let (sender, receiver) = oneshot::channel();
        let mut inner = self.inner.lock();
        inner.asked += 1;
        let number = inner.asked;
        inner.waiting.insert(number, sender);
        (number, receiver)
    }

    /// Nobody waits for this answer any more. True when it had not come.
    pub(super) fn forget(&self, number: u64) -> bool {
        self.inner.lock().waiting.remove(&number).is_some()
    }

    pub(super) fn answer(&self, number: u64, answer: Answer) {
        let waiting = self.inner.lock().waiting.remove(&number);
        if let Some(sender) = waiting {
            let _ = sender.send(answer);
        }
    }

    /// Notes a subscription. `Ok(false)` when it is there already, an error when there are too many.
    pub(super) fn add_subscription(&self, uri: &str, most: usize) -> Result<bool, ()> {
        let mut inner = self.inner.lock();
        if inner.subscriptions.contains(uri) {
            return Ok(false);
        }
        if inner.subscriptions.len() >= most {
            return Err(());
        }
        Ok(inner.subscriptions.insert(uri.to_owned()))
    }

    /// True when the subscription was there.
    pub(super) fn remove_subscription(&self, uri: &str) -> bool {
        self.inner.lock().subscriptions.remove(uri)
    }

    pub(super) fn is_subscribed(&self, uri: &str) -> bool {
        self.inner.lock().subscriptions.contains(uri)
    }

    pub(super) fn subscriptions(&self) -> Vec<String> {
        self.inner.lock().subscriptions.iter().cloned().collect()
    }

    /// Drops what is no longer kept for a client that comes back.
    pub(super) fn sweep(&self, core: &Core) {
        self.inner.lock().drop_old_logs(core);
    }

    /// Ends everything that is under way. The session is out of the table already.
    pub(super) fn end(&self, core: &Arc<Core>) {
        self.ended.cancel();
        let inner = std::mem::take(&mut *self.inner.lock());
        for cancel in inner.in_flight.values() {
            cancel.cancel();
        }
        for log in inner.logs.iter().chain(&inner.standing) {
            log.finish();
        }
        if inner.subscriptions.is_empty() || tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        let (core, owner) = (Arc::clone(core), self.owner.clone());
        let tasks = core.tasks.clone();
        tasks.spawn(async move {
            for uri in &inner.subscriptions {
                core.backend.unsubscribe(&owner, uri).await;
            }
        });
    }
}

impl Inner {
    fn drop_old_logs(&mut self, core: &Core) {
        let mut kept_bytes = 0;
        let mut kept = 0;
        // The youngest come last and are kept first.
        for at in (0..self.logs.len()).rev() {
            let Some(log) = self.logs.get(at) else {
                continue;
            };
            let (finished, bytes) = log.finished();
            let Some(since) = finished else {
                continue;
            };
            kept += 1;
            kept_bytes += bytes;
            let too_much = kept > KEPT_STREAMS
                || (kept > 1 && kept_bytes > core.settings.replay_bytes.saturating_mul(2));
            if (too_much || since.elapsed() >= core.settings.replay_for) && !log.is_read() {
                self.logs.remove(at);
            }
        }
        if self.logs.is_empty() {
            self.logs.shrink_to_fit();
        }
    }
}

/// A stream or call of a session that is open.
pub(super) struct Busy {
    session: Arc<Session>,
    core: Arc<Core>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.session.touch(self.core.now());
        self.session.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

const LEVELS: [LogLevel; 8] = [
    LogLevel::Debug,
    LogLevel::Info,
    LogLevel::Notice,
    LogLevel::Warning,
    LogLevel::Error,
    LogLevel::Critical,
    LogLevel::Alert,
    LogLevel::Emergency,
];

fn level_number(level: LogLevel) -> u8 {
    LEVELS
        .iter()
        .position(|one| *one == level)
        .and_then(|at| u8::try_from(at).ok())
        .unwrap_or_default()
}
