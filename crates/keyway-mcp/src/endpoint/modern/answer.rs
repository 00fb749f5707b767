//! From a running call to the answer of the request that is open.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use keyway_core::json;
use keyway_core::ports::RelayMethod;
use keyway_core::rpc::RpcError;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::super::Body;
use super::super::core::{Core, Outcome, Running};
use super::super::gauge::Live;
use super::super::reply::{self, Reply};
use super::complete::complete;
use super::side::{Last, Side, Taken};
use super::state::{LeadsTo, State};
use crate::wire::{Id, write_comment, write_error, write_event};

/// Answers a request: by one JSON object when the call comes to its end, or to a question, without
/// saying anything before; else by an event stream. `running` is the call itself, when it does not
/// run on a task yet.
pub(super) async fn answer(mut running: Option<Running>, attends: Attends, id: Id) -> Reply {
    let side = &attends.side;
    let slow = tokio::time::sleep(side.core.settings.stream_after);
    tokio::pin!(slow);
    let mut stream_now = false;
    loop {
        if let Some(call) = &mut running {
            tokio::select! {
                biased;
                outcome = call.outcome() => {
                    side.finish(outcome);
                    running = None;
                }
                () = side.changed.notified() => {}
                () = &mut slow => stream_now = true,
            }
        } else {
            tokio::select! {
                biased;
                () = side.changed.notified() => {}
                () = &mut slow => stream_now = true,
            }
        }
        let taken = side.take();
        if taken.messages.is_empty() && !stream_now {
            match taken.last {
                None => continue,
                Some(Last::Lost) => return reply::empty(StatusCode::ACCEPTED),
                Some(Last::Waits(result)) => {
                    detach(running, side);
                    let message = attends.done().asking(&id, &result);
                    return reply::json(StatusCode::OK, message);
                }
                Some(Last::Outcome(outcome)) => {
                    side.leave();
                    return attends.done().ended(&id, outcome);
                }
            }
        }
        detach(running, side);
        return stream_from(attends, &id, taken);
    }
}

/// Lets the call run on a task of its own, to its end and until that was told.
fn detach(running: Option<Running>, side: &Arc<Side>) {
    let Some(mut call) = running else {
        return;
    };
    let side = Arc::clone(side);
    let tasks = side.core.tasks.clone();
    tasks.spawn(async move {
        let core = &side.core;
        let _live = core.detached.enter();
        let mut shutting = false;
        let outcome = loop {
            tokio::select! {
                biased;
                outcome = call.outcome() => break outcome,
                () = side.cancel.cancelled() => break call.wind_up().await,
                () = core.shutdown.cancelled(), if !shutting => {
                    shutting = true;
                    if !side.is_attended() {
                        side.cancel.cancel();
                    }
                }
            }
        };
        side.finish(outcome);
        // A call that ended between two requests is kept for the retry that asks for it.
        tokio::select! {
            biased;
            () = side.delivered.notified() => {}
            () = side.cancel.cancelled() => {}
            () = core.shutdown.cancelled(), if !side.is_attended() => {}
            () = tokio::time::sleep(core.settings.answer_within) => {}
        }
        side.leave();
    });
}

/// The open request of a call. Dropped before it is done, it cancels the call.
pub(super) struct Attends {
    side: Arc<Side>,
    is_done: bool,
}

impl Attends {
    pub(super) fn new(side: &Arc<Side>) -> Self {
        Self {
            side: Arc::clone(side),
            is_done: false,
        }
    }

    fn done(mut self) -> Self {
        self.is_done = true;
        self
    }

    fn ended(&self, id: &Id, outcome: Outcome) -> Reply {
        match self.settled(outcome) {
            Ok(result) => reply::json(StatusCode::OK, self.written(id, Ok(result.as_str()))),
            Err(error) => {
                let status = match error.code {
                    RpcError::MISSING_CLIENT_CAPABILITY => StatusCode::BAD_REQUEST,
                    _ => StatusCode::OK,
                };
                let reply = reply::json(status, self.written(id, Err(&error)));
                reply::refusing(reply, &error)
            }
        }
    }

    /// A call that failed after it was refused a capability has failed for that.
    fn settled(&self, outcome: Outcome) -> Outcome {
        let Some(needed) = self.side.missing() else {
            return outcome;
        };
        let failed = match &outcome {
            Err(error) => error.raw.is_none(),
            Ok(result) => json::member(result.as_str(), "isError")
                .is_some_and(|member| member.value == "true"),
        };
        if failed { Err(needed.error()) } else { outcome }
    }

    /// A question of the call's own: its request state is sealed already.
    fn asking(&self, id: &Id, result: &str) -> String {
        complete(
            id,
            result,
            &self.side.core.written().meta_entry,
            false,
            |own| json::unquote(own).into_owned(),
        )
    }

    fn written(&self, id: &Id, outcome: Result<&str, &RpcError>) -> String {
        let side = &self.side;
        let core = &side.core;
        match outcome {
            Ok(result) => complete(
                id,
                result,
                &core.written().meta_entry,
                side.method == RelayMethod::ReadResource,
                |state| {
                    let leads_to = LeadsTo::Foreign {
                        state: state.to_owned(),
                    };
                    State::seal(core, &side.who, side.method, &side.target, leads_to)
                },
            ),
            Err(error) => write_error(Some(id), &modern_error(error)),
        }
    }
}

impl Drop for Attends {
    fn drop(&mut self) {
        if !self.is_done {
            self.side.abandon();
        }
    }
}

/// An error as this revision may carry it: without the code that older ones had for a resource that
/// is not there.
fn modern_error(error: &RpcError) -> RpcError {
    const RESOURCE_NOT_FOUND: i64 = -32002;
    let mut error = error.clone();
    if error.code == RESOURCE_NOT_FOUND {
        error.code = RpcError::INVALID_PARAMS;
        error.raw = error.raw.and_then(|raw| {
            let mut edit = crate::wire::ObjectEdit::new(raw.as_str());
            edit.set("code", RpcError::INVALID_PARAMS.to_string());
            keyway_core::rpc::RawJson::parse(Bytes::from(edit.finish())).ok()
        });
    }
    error
}

/// An event stream that is open.
struct Open {
    attends: Attends,
    id: Id,
    first: Option<Taken>,
    revoked: std::pin::Pin<Box<WaitForCancellationFutureOwned>>,
    keep_alive: Duration,
    _live: Live,
}

fn stream_from(attends: Attends, id: &Id, first: Taken) -> Reply {
    let core: &Arc<Core> = &attends.side.core;
    let revoked: CancellationToken = core.backend.revoked(&attends.side.who);
    let open = Open {
        id: id.detached(),
        first: Some(first),
        revoked: Box::pin(revoked.cancelled_owned()),
        keep_alive: core.settings.keep_alive,
        _live: core.streams.enter(),
        attends,
    };
    reply::stream(Body::stream(stream::unfold(Some(open), |open| async {
        open?.next().await
    })))
}

impl Open {
    async fn next(mut self) -> Option<(Bytes, Option<Self>)> {
        let mut out = Vec::new();
        if let Some(first) = self.first.take() {
            if let Some(ended) = self.write(first, &mut out) {
                return ended.then(|| (Bytes::from(out), None));
            }
            if out.is_empty() {
                // The head goes out at once, so that the client sees that its call runs.
                write_comment(&mut out);
            }
            return Some((Bytes::from(out), Some(self)));
        }
        loop {
            let taken = self.attends.side.take();
            if let Some(ended) = self.write(taken, &mut out) {
                return ended.then(|| (Bytes::from(out), None));
            }
            if !out.is_empty() {
                return Some((Bytes::from(out), Some(self)));
            }
            tokio::select! {
                () = self.attends.side.changed.notified() => {}
                () = self.revoked.as_mut() => return None,
                () = tokio::time::sleep(self.keep_alive) => write_comment(&mut out),
            }
        }
    }

    /// Writes what was taken. `Some` at the end of the stream: whether it came to a good one.
    fn write(&mut self, taken: Taken, out: &mut Vec<u8>) -> Option<bool> {
        for message in taken.messages {
            write_event(out, None, &message);
        }
        let message = match taken.last? {
            Last::Lost => return Some(false),
            Last::Waits(result) => self.attends.asking(&self.id, &result),
            Last::Outcome(outcome) => {
                self.attends.side.leave();
                match self.attends.settled(outcome) {
                    Ok(result) => self.attends.written(&self.id, Ok(result.as_str())),
                    Err(error) => self.attends.written(&self.id, Err(&error)),
                }
            }
        };
        self.attends.is_done = true;
        write_event(out, None, &message);
        Some(true)
    }
}
