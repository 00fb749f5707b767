//! Event streams of an MCP session, and its end.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::unfold;
use http::{HeaderMap, StatusCode};
use keyway_core::channel::Message;
use keyway_core::json::quote;
use keyway_core::ports::LogLevel;
use keyway_core::rpc::RpcError;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::super::core::{Core, Origin};
use super::super::gauge::Live;
use super::super::method::list_changed;
use super::super::notices::Notices;
use super::super::notify::said_to;
use super::super::reply::{self, Reply};
use super::super::{Body, List, Notice, accept};
use super::log::{EventLog, Place, Read};
use super::session::{Busy, Session};
use super::sessions::{LAST_EVENT_HEADER, find};
use super::table::Sessions;
use crate::wire::{write_comment, write_notification};

/// Opens the standing stream, or one the client has lost (`Last-Event-ID`).
pub(in super::super) fn get(core: &Arc<Core>, origin: &Origin, headers: &HeaderMap) -> Reply {
    if let Err(refused) = accept::check_get(headers) {
        return *refused;
    }
    let session = match find(core, origin, headers, None) {
        Ok(session) => session,
        Err(refused) => return *refused,
    };
    if let Some(id) = headers.get(LAST_EVENT_HEADER) {
        let found = id
            .to_str()
            .ok()
            .and_then(event_id)
            .and_then(|(number, seq)| Some((session.log(number)?, seq)));
        return match found {
            Some((log, seq)) => stream(core, &session, log, Some(seq)),
            None => reply::bad_request(None, "the stream of this event is no longer kept"),
        };
    }
    let log = session.standing_log(core);
    if log.has_live_reader(&core.settings) {
        let error = RpcError::new(
            RpcError::INVALID_REQUEST,
            "the MCP session has a standing stream already",
        );
        return reply::error(StatusCode::CONFLICT, None, &error);
    }
    stream(core, &session, log, None)
}

/// Ends the session.
pub(in super::super) fn delete(core: &Arc<Core>, origin: &Origin, headers: &HeaderMap) -> Reply {
    match find(core, origin, headers, None) {
        Ok(session) => {
            Sessions::end(core, &session);
            reply::empty(StatusCode::NO_CONTENT)
        }
        Err(refused) => *refused,
    }
}

/// `<stream>-<event>`
fn event_id(text: &str) -> Option<(u32, u64)> {
    let (number, seq) = text.trim().split_once('-')?;
    Some((number.parse().ok()?, seq.parse().ok()?))
}

/// Answers with a stream, from the event behind `after` on.
pub(super) fn stream(
    core: &Arc<Core>,
    session: &Arc<Session>,
    log: Arc<EventLog>,
    after: Option<u64>,
) -> Reply {
    let place = log.attach(after);
    let notices = (log.number == 0).then(|| {
        session
            .take_notices()
            .unwrap_or_else(|| Notices::open(&core.backend, &session.owner))
    });
    let reading = Reading {
        revoked: Box::pin(core.backend.revoked(&session.owner).cancelled_owned()),
        shutdown: Box::pin(core.shutdown.clone().cancelled_owned()),
        busy: session.enter(core),
        live: core.streams.enter(),
        core: Arc::clone(core),
        session: Arc::clone(session),
        log,
        place,
        notices,
        started: false,
    };
    reply::stream(Body::stream(unfold(reading, Reading::next)))
}

/// A connection that reads a stream.
struct Reading {
    core: Arc<Core>,
    session: Arc<Session>,
    log: Arc<EventLog>,
    place: Place,
    /// Of the standing stream.
    notices: Option<Notices>,
    revoked: Pin<Box<WaitForCancellationFutureOwned>>,
    shutdown: Pin<Box<WaitForCancellationFutureOwned>>,
    started: bool,
    #[expect(dead_code, reason = "counts while it lives")]
    busy: Busy,
    #[expect(dead_code, reason = "counts while it lives")]
    live: Live,
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.log.detach(&self.core.settings, &self.place);
        if let Some(notices) = self.notices.take() {
            self.session.keep_notices(notices);
        }
    }
}

impl Reading {
    async fn next(mut self) -> Option<(Bytes, Self)> {
        let first = !std::mem::replace(&mut self.started, true);
        loop {
            match self.log.read(&self.core.settings, &self.place) {
                Read::Events(events) => return Some((events, self)),
                Read::End => return None,
                // The head goes out at once, so that the client sees that the stream is open.
                Read::Wait if first => return Some((comment(), self)),
                Read::Wait => {}
            }
            let standing = self.notices.is_some();
            tokio::select! {
                biased;
                () = self.revoked.as_mut() => return None,
                () = self.place.wake.notified() => {}
                notice = heard(self.notices.as_mut()) => self.tell(notice),
                () = self.shutdown.as_mut(), if standing => return None,
                () = tokio::time::sleep(self.core.settings.keep_alive) => {
                    return Some((comment(), self));
                }
            }
        }
    }

    /// Writes a notice into the stream, if it is the session's concern.
    fn tell(&mut self, notice: Result<Notice, RecvError>) {
        let notices = match notice {
            Ok(notice) => {
                let said = said_to(&self.core, &self.session.owner, &notice);
                said.into_iter().cloned().collect::<Vec<_>>()
            }
            // Notices were missed: everything may have changed.
            Err(RecvError::Lagged(_)) => [List::Tools, List::Prompts, List::Resources]
                .into_iter()
                .map(Notice::ListChanged)
                .chain(
                    self.session
                        .subscriptions()
                        .into_iter()
                        .map(Notice::ResourceUpdated),
                )
                .collect(),
            Err(RecvError::Closed) => {
                self.notices = None;
                self.log.finish();
                return;
            }
        };
        for notice in notices {
            let message = match notice {
                Notice::ListChanged(list) => write_notification(list_changed(list), None),
                Notice::ResourceUpdated(uri) if self.session.is_subscribed(&uri) => {
                    let params = format!("{{\"uri\":{}}}", quote(&uri));
                    write_notification("notifications/resources/updated", Some(&params))
                }
                Notice::ResourceUpdated(_) | Notice::TaskChanged(_) | Notice::Only(..) => {
                    continue;
                }
                Notice::Published(message) => {
                    self.tell_message(&message);
                    continue;
                }
            };
            self.log.write(&self.core.settings, &message);
        }
    }
}

impl Reading {
    /// Writes a message into the stream: as a log message where the client asked for those or for
    /// the channel, and as a change of the channel's resource where it asked for that.
    fn tell_message(&self, message: &Message) {
        let (session, uri) = (&self.session, message.uri());
        let subscribed = session.is_subscribed(&uri);
        if !(subscribed || session.asked_for_log())
            || !self.core.backend.hears(&session.owner, &message.channel)
        {
            return;
        }
        let uri = quote(&uri);
        if session.level() <= LogLevel::Info {
            let data = message.to_json();
            let params = format!("{{\"level\":\"info\",\"logger\":{uri},\"data\":{data}}}");
            let message = write_notification("notifications/message", Some(&params));
            self.log.write(&self.core.settings, &message);
        }
        if subscribed {
            let params = format!("{{\"uri\":{uri}}}");
            let message = write_notification("notifications/resources/updated", Some(&params));
            self.log.write(&self.core.settings, &message);
        }
    }
}

async fn heard(notices: Option<&mut Notices>) -> Result<Notice, RecvError> {
    match notices {
        Some(notices) => notices.recv().await,
        None => std::future::pending().await,
    }
}

fn comment() -> Bytes {
    let mut out = Vec::new();
    write_comment(&mut out);
    Bytes::from(out)
}
