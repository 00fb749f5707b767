//! Calls of an MCP session.

use std::sync::Arc;

use http::StatusCode;
use keyway_core::ports::{Caller, RelayMethod};
use keyway_core::rpc::{RawJson, RpcError};
use tokio_util::sync::CancellationToken;

use super::super::core::{Core, Origin, Outcome, Plan, Running};
use super::super::notify;
use super::super::params::Params;
use super::super::reply::{self, Reply};
use super::get::stream;
use super::log::EventLog;
use super::session::{Busy, Session};
use super::side::Side;
use crate::wire::meta::Meta;
use crate::wire::{Id, write_error, write_result};

/// A call under way.
pub(super) struct Flight {
    running: Running,
    side: Arc<Side>,
    id: Id,
    _noted: Noted,
}

/// A call in its session's list of calls.
struct Noted {
    session: Arc<Session>,
    id: Id,
    _busy: Busy,
}

impl Drop for Noted {
    fn drop(&mut self) {
        self.session.end_call(&self.id);
    }
}

impl Flight {
    /// Begins a call. With `stream` its answer goes there, whatever it says before.
    pub(super) fn begin(
        core: &Arc<Core>,
        origin: Origin,
        session: &Arc<Session>,
        (id, method, raw): (&Id, RelayMethod, RawJson),
        params: &Params<'_>,
        stream: Option<Arc<EventLog>>,
    ) -> Result<Self, RpcError> {
        let target = params.target(method)?.into_owned();
        origin.check_hops()?;
        let cancel = CancellationToken::new();
        session
            .begin_call(id, &cancel, core.settings.calls_per_session)
            .map_err(|message| RpcError::new(RpcError::INVALID_REQUEST, message))?;
        let noted = Noted {
            session: Arc::clone(session),
            id: id.clone(),
            _busy: session.enter(core),
        };
        let token = params
            .meta
            .and_then(|meta| Meta::read(meta).progress_token)
            .filter(|token| notify::is_token(token));
        let side = Side::new(core, session, cancel.clone(), token, stream);
        let caller: Arc<dyn Caller> = Arc::<Side>::clone(&side);
        let plan = Plan {
            method,
            target,
            params: raw,
        };
        Ok(Self {
            running: Running::start(core, origin, plan, caller, cancel),
            side,
            id: id.clone(),
            _noted: noted,
        })
    }

    /// Answers the call: by one JSON object when it says nothing before its end, else by its stream.
    pub(super) async fn answer(mut self) -> Reply {
        let side = Arc::clone(&self.side);
        tokio::select! {
            biased;
            outcome = self.running.outcome() => {
                if side.cancel.is_cancelled() {
                    return reply::accepted();
                }
                let refused = outcome.as_ref().err().cloned();
                let message = written(&self.id, outcome);
                if !side.has_spoken() {
                    let reply = reply::json(StatusCode::OK, message);
                    return match refused {
                        Some(error) => reply::refusing(reply, &error),
                        None => reply,
                    };
                }
                let log = side.stream();
                log.write(&side.core.settings, &message);
                log.call_ended();
                return stream(&side.core, &side.session, log, None);
            }
            // A cancelled request gets no answer.
            () = side.cancel.cancelled() => return reply::accepted(),
            () = side.changed.notified() => {}
            () = tokio::time::sleep(side.core.settings.stream_after) => {}
        }
        let log = side.stream();
        self.detach(&log);
        stream(&side.core, &side.session, log, None)
    }

    /// Lets the call run on a task of its own: its stream outlives the connection.
    pub(super) fn detach(self, log: &Arc<EventLog>) {
        let log = Arc::clone(log);
        let core = Arc::clone(&self.side.core);
        let tasks = core.tasks.clone();
        tasks.spawn(async move {
            // Taken as a whole, so that the call stays noted to its end.
            let mut flight = self;
            let _live = core.detached.enter();
            let cancel = flight.side.cancel.clone();
            tokio::select! {
                biased;
                outcome = flight.running.outcome() => {
                    if !cancel.is_cancelled() {
                        log.write(&core.settings, &written(&flight.id, outcome));
                    }
                }
                () = cancel.cancelled() => {
                    flight.running.wind_up().await.ok();
                }
            }
            log.call_ended();
        });
    }
}

fn written(id: &Id, outcome: Outcome) -> String {
    match outcome {
        Ok(result) => write_result(id, result.as_str()),
        Err(error) => write_error(Some(id), &error),
    }
}
