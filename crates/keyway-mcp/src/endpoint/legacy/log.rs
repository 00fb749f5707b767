use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::super::Settings;
use crate::wire::write_event;

/// The events of one stream of an MCP session: what its reader has still to read, and what it may
/// want to read again. Writing never waits.
pub(super) struct EventLog {
    /// The stream's number in its session; the first part of every event id.
    pub(super) number: u32,
    inner: Mutex<Inner>,
}

struct Inner {
    /// The event that comes next.
    next: u64,
    events: VecDeque<(u64, Bytes)>,
    bytes: usize,
    /// The first event the reader has not read.
    unread_from: u64,
    unread_bytes: usize,
    reader: Option<Reader>,
    readers: u64,
    read_at: Instant,
    /// The connection ends once its reader has read what is there.
    released: bool,
    /// Calls that will still write their answers.
    calls: usize,
    finished: Option<Instant>,
}

struct Reader {
    number: u64,
    wake: Arc<Notify>,
}

/// The place of a reader in a log.
pub(super) struct Place {
    number: u64,
    pub(super) wake: Arc<Notify>,
}

/// What a reader finds.
pub(super) enum Read {
    /// Events, as they go out.
    Events(Bytes),
    /// Nothing yet.
    Wait,
    /// Nothing more on this connection.
    End,
}

impl EventLog {
    /// A log of a stream that ends once `calls` calls have answered; a standing stream has none.
    pub(super) fn new(number: u32, calls: usize) -> Self {
        let now = Instant::now();
        Self {
            number,
            inner: Mutex::new(Inner {
                next: 0,
                events: VecDeque::new(),
                bytes: 0,
                unread_from: 0,
                unread_bytes: 0,
                reader: None,
                readers: 0,
                read_at: now,
                released: false,
                calls,
                finished: None,
            }),
        }
    }

    /// An event id and nothing else, so that a client can come back before anything was said.
    pub(super) fn prime(&self, settings: &Settings) {
        let retry = settings.retry.as_millis();
        self.add(settings, |id| {
            format!("id: {id}\nretry: {retry}\ndata: \n\n").into_bytes()
        });
    }

    /// Writes a message.
    pub(super) fn write(&self, settings: &Settings, message: &str) {
        self.add(settings, |id| {
            let mut out = Vec::with_capacity(message.len() + id.len() + 16);
            write_event(&mut out, Some(id), message);
            out
        });
    }

    /// One of the calls has answered, or never will.
    pub(super) fn call_ended(&self) {
        let mut inner = self.inner.lock();
        inner.calls = inner.calls.saturating_sub(1);
        if inner.calls == 0 {
            inner.finish();
        }
    }

    /// Ends the stream.
    pub(super) fn finish(&self) {
        self.inner.lock().finish();
    }

    /// Ends the connection of the reader, not the stream, once what is there is read.
    pub(super) fn release(&self) {
        let mut inner = self.inner.lock();
        inner.released = true;
        if let Some(reader) = &inner.reader {
            reader.wake.notify_one();
        }
    }

    /// Makes the caller the reader, from the event behind `after` on, in place of any other one.
    pub(super) fn attach(&self, after: Option<u64>) -> Place {
        let mut inner = self.inner.lock();
        inner.readers += 1;
        let wake = Arc::new(Notify::new());
        let place = Place {
            number: inner.readers,
            wake: Arc::clone(&wake),
        };
        let new = Reader {
            number: place.number,
            wake,
        };
        if let Some(old) = inner.reader.replace(new) {
            old.wake.notify_one();
        }
        if let Some(after) = after {
            inner.released = false;
            inner.unread_from = after.saturating_add(1).min(inner.next);
            let from = inner.unread_from;
            inner.unread_bytes = inner
                .events
                .iter()
                .filter(|(seq, _)| *seq >= from)
                .map(|(_, event)| event.len())
                .sum();
        }
        inner.read_at = Instant::now();
        place
    }

    /// The reader went away.
    pub(super) fn detach(&self, settings: &Settings, place: &Place) {
        let mut inner = self.inner.lock();
        if inner.is_reader(place) {
            inner.reader = None;
            inner.trim(settings);
        }
    }

    pub(super) fn is_read(&self) -> bool {
        self.inner.lock().reader.is_some()
    }

    /// True when there is a reader that came by lately: one that is alive does so at least as often
    /// as streams are kept alive.
    pub(super) fn has_live_reader(&self, settings: &Settings) -> bool {
        let inner = self.inner.lock();
        inner.reader.is_some() && inner.read_at.elapsed() <= settings.keep_alive.saturating_mul(2)
    }

    /// Everything the reader has not read.
    pub(super) fn read(&self, settings: &Settings, place: &Place) -> Read {
        let mut inner = self.inner.lock();
        if !inner.is_reader(place) {
            return Read::End;
        }
        inner.read_at = Instant::now();
        let from = inner.unread_from;
        let unread = inner.events.iter().filter(|(seq, _)| *seq >= from);
        let mut events: Vec<Bytes> = unread.map(|(_, event)| event.clone()).collect();
        if events.is_empty() {
            return if inner.finished.is_some() || std::mem::take(&mut inner.released) {
                inner.reader = None;
                Read::End
            } else {
                Read::Wait
            };
        }
        inner.unread_from = inner.next;
        inner.unread_bytes = 0;
        inner.trim(settings);
        drop(inner);
        Read::Events(match events.pop() {
            Some(only) if events.is_empty() => only,
            last => {
                events.extend(last);
                Bytes::from(events.concat())
            }
        })
    }

    /// When the stream ended, if it did, and how many bytes it holds.
    pub(super) fn finished(&self) -> (Option<Instant>, usize) {
        let inner = self.inner.lock();
        (inner.finished, inner.bytes)
    }

    fn add(&self, settings: &Settings, event: impl FnOnce(&str) -> Vec<u8>) {
        let mut inner = self.inner.lock();
        if inner.finished.is_some() {
            return;
        }
        let event = Bytes::from(event(&format!("{}-{}", self.number, inner.next)));
        let seq = inner.next;
        inner.next += 1;
        inner.bytes += event.len();
        inner.unread_bytes += event.len();
        inner.events.push_back((seq, event));
        let unread = usize::try_from(inner.next - inner.unread_from).unwrap_or(usize::MAX);
        let too_much =
            inner.unread_bytes > settings.unread_bytes || unread > settings.unread_events;
        // One event may be as large as it is; what is too much is what waits in front of it.
        if too_much && unread > 1 && inner.read_at.elapsed() >= settings.stalled_after {
            inner.reader = None;
        }
        inner.trim(settings);
        if let Some(reader) = &inner.reader {
            reader.wake.notify_one();
        }
    }
}

impl Inner {
    fn is_reader(&self, place: &Place) -> bool {
        self.reader
            .as_ref()
            .is_some_and(|reader| reader.number == place.number)
    }

    fn finish(&mut self) {
        self.finished.get_or_insert_with(Instant::now);
        if let Some(reader) = &self.reader {
            reader.wake.notify_one();
        }
    }

    /// Drops the oldest events beyond what is kept: of a stream with a reader only read ones, up to
    /// the point where too much waits.
    fn trim(&mut self, settings: &Settings) {
        let has_reader = self.reader.is_some() || self.readers == 0;
        let (most_bytes, most_events) = if has_reader {
            (
                settings.replay_bytes + settings.unread_bytes,
                settings.replay_events + settings.unread_events,
            )
        } else {
            (settings.replay_bytes, settings.replay_events)
        };
        while self.events.len() > 1 {
            let Some((seq, _)) = self.events.front() else {
                return;
            };
            let is_read = *seq < self.unread_from;
            let (bytes, events) = if is_read {
                (settings.replay_bytes, settings.replay_events)
            } else {
                (most_bytes, most_events)
            };
            if self.bytes <= bytes && self.events.len() <= events {
                return;
            }
            if let Some((seq, event)) = self.events.pop_front() {
                self.bytes -= event.len();
                if seq >= self.unread_from {
                    self.unread_bytes = self.unread_bytes.saturating_sub(event.len());
                    self.unread_from = seq + 1;
                }
            }
        }
    }
}
