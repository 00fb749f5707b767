use std::collections::VecDeque;
use std::sync::{Arc, OnceLock, Weak};

use keyway_core::Principal;
use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, InputRequests, InputResponses, LogLevel,
    RelayMethod,
};
use keyway_core::rpc::RpcError;
use parking_lot::Mutex;
use serde_json::value::RawValue;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::super::core::{Core, Outcome};
use super::super::input::Needed;
use super::super::notify;
use super::asks::Asks;
use super::state::{LeadsTo, State, gone};
use crate::wire::{declares_tasks, read_capabilities};

/// The client's side of one call, over all the requests it takes: what the call says and asks
/// waits here until the request that is open takes it.
pub(super) struct Side {
    pub(super) core: Arc<Core>,
    pub(super) who: Principal,
    pub(super) method: RelayMethod,
    pub(super) target: String,
    pub(super) cancel: CancellationToken,
    /// Something is there to be taken.
    pub(super) changed: Notify,
    /// The outcome was taken.
    pub(super) delivered: Notify,
    capabilities: Box<str>,
    place: OnceLock<u128>,
    me: Weak<Side>,
    inner: Mutex<Inner>,
}

struct Inner {
    /// A request is open that takes what is here.
    attended: bool,
    /// The reader stopped reading.
    lost: bool,
    messages: VecDeque<String>,
    bytes: usize,
    taken_at: Instant,
    asks: Asks,
    given: Vec<(String, Box<RawValue>)>,
    round: u32,
    outcome: Option<Outcome>,
    token: Option<Box<str>>,
    level: Option<LogLevel>,
    missing: Option<Needed>,
}

/// What a request wants to hear of its call.
pub(super) struct Wants<'a> {
    pub(super) token: Option<&'a str>,
    pub(super) level: Option<LogLevel>,
}

/// What was there to be taken.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) messages: VecDeque<String>,
    pub(super) last: Option<Last>,
}

/// What ends a request.
pub(super) enum Last {
    /// The call ended.
    Outcome(Outcome),
    /// The call waits for answers: an `InputRequiredResult`.
    Waits(String),
    /// The reader stopped reading.
    Lost,
}

impl Side {
    pub(super) fn new(
        core: &Arc<Core>,
        who: &Principal,
        (method, target): (RelayMethod, &str),
        capabilities: &str,
        wants: &Wants<'_>,
        given: Vec<(String, Box<RawValue>)>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            core: Arc::clone(core),
            who: who.clone(),
            method,
            target: target.to_owned(),
            cancel: CancellationToken::new(),
            changed: Notify::new(),
            delivered: Notify::new(),
            capabilities: capabilities.into(),
            place: OnceLock::new(),
            me: Weak::clone(me),
            inner: Mutex::new(Inner {
                attended: true,
                lost: false,
                messages: VecDeque::new(),
                bytes: 0,
                taken_at: Instant::now(),
                asks: Asks::default(),
                given,
                round: 0,
                outcome: None,
                token: wants.token.map(Into::into),
                level: wants.level,
                missing: None,
            }),
        })
    }

    /// The capability the call was refused to use, if it was.
    pub(super) fn missing(&self) -> Option<Needed> {
        self.inner.lock().missing
    }

    pub(super) fn is_attended(&self) -> bool {
        self.inner.lock().attended
    }

    /// Lays the outcome down for whoever attends.
    pub(super) fn finish(&self, outcome: Outcome) {
        self.inner.lock().outcome = Some(outcome);
        self.changed.notify_one();
    }

    /// Takes what is there. Once something ends the request, it no longer attends.
    pub(super) fn take(&self) -> Taken {
        let mut inner = self.inner.lock();
        let mut taken = Taken {
            messages: std::mem::take(&mut inner.messages),
            last: None,
        };
        inner.bytes = 0;
        inner.taken_at = Instant::now();
        if inner.lost {
            taken.last = Some(Last::Lost);
        } else if let Some(outcome) = inner.outcome.take() {
            taken.last = Some(Last::Outcome(outcome));
            self.delivered.notify_one();
        } else if inner.asks.is_news() {
            let requests = inner.asks.show();
            inner.round += 1;
            inner.attended = false;
            let round = inner.round;
            drop(inner);
            taken.last = Some(Last::Waits(self.waits(&requests, round)));
        }
        taken
    }

    /// Attends anew, for a retry that brings answers to the questions of `round`.
    pub(super) fn resume(
        &self,
        round: u32,
        responses: &str,
        wants: &Wants<'_>,
    ) -> Result<(), RpcError> {
        let mut inner = self.inner.lock();
        if inner.attended || inner.round != round {
            return Err(gone());
        }
        inner.attended = true;
        inner.token = wants.token.map(Into::into);
        inner.level = wants.level;
        inner.asks.answer(responses);
        drop(inner);
        self.changed.notify_one();
        Ok(())
    }

    /// The request that attended is gone.
    pub(super) fn abandon(&self) {
        self.inner.lock().attended = false;
        self.cancel.cancel();
        self.leave();
    }

    /// Gives the place up, at the end of the call.
    pub(super) fn leave(&self) {
        if let Some(place) = self.place.get() {
            self.core.parking.leave(*place);
        }
    }

    fn waits(&self, requests: &str, round: u32) -> String {
        let place = self.place.get().copied().unwrap_or_default();
        let leads_to = LeadsTo::Parked {
            place: format!("{place:x}"),
            round,
        };
        let state = State::seal(&self.core, &self.who, self.method, &self.target, leads_to);
        format!(
            r#"{{"resultType":"input_required","inputRequests":{requests},"requestState":{}}}"#,
            keyway_core::json::quote(&state)
        )
    }

    /// Takes a place among the calls that wait, if the call has none.
    fn park(&self) -> bool {
        let Some(me) = self.me.upgrade() else {
            return false;
        };
        if self.core.shutdown.is_cancelled() {
            return false;
        }
        let place = *self
            .place
            .get_or_init(|| u128::from_ne_bytes(self.core.random_id()));
        self.core
            .parking
            .enter(place, me, self.core.settings.parked)
    }

    async fn ask_now(&self, requests: InputRequests) -> Result<InputResponses, AskError> {
        let declared = self.capabilities();
        for (_, request) in &requests {
            if let Some(needed) = Needed::missing(request, &declared) {
                self.inner.lock().missing = Some(needed);
                return Err(AskError::Unsupported(needed.name()));
            }
        }
        let (reply, answers) = oneshot::channel();
        let number = {
            let mut inner = self.inner.lock();
            let Inner { asks, given, .. } = &mut *inner;
            match asks.add(requests, given, reply) {
                Ok(number) => number,
                Err(answers) => return Ok(answers),
            }
        };
        let _forget = Forget { side: self, number };
        if !self.park() {
            return Err(AskError::Timeout);
        }
        self.changed.notify_one();
        tokio::select! {
            biased;
            answers = answers => answers.map_err(|_| AskError::Cancelled),
            () = self.cancel.cancelled() => Err(AskError::Cancelled),
            () = tokio::time::sleep(self.core.settings.answer_within) => {
                self.cancel.cancel();
                Err(AskError::Timeout)
            }
        }
    }
}

/// Takes an ask back when nobody waits for it any more.
struct Forget<'a> {
    side: &'a Side,
    number: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.side.inner.lock().asks.forget(self.number);
    }
}

impl Caller for Side {
    fn capabilities(&self) -> ClientCapabilities {
        read_capabilities(&self.capabilities).unwrap_or_default()
    }

    fn wants_progress(&self) -> bool {
        self.inner.lock().token.is_some()
    }

    fn log_level(&self) -> Option<LogLevel> {
        self.inner.lock().level
    }

    fn notify(&self, method: &str, params: Box<RawValue>) {
        let mut inner = self.inner.lock();
        // Messages belong to the request that is open; between requests there is none.
        if !inner.attended || inner.lost {
            return;
        }
        let Some(message) =
            notify::about_call(method, &params, inner.token.as_deref(), inner.level)
        else {
            return;
        };
        let settings = &self.core.settings;
        if inner.bytes < settings.unread_bytes && inner.messages.len() < settings.unread_events {
            inner.bytes += message.len();
            inner.messages.push_back(message);
            drop(inner);
            self.changed.notify_one();
        } else if inner.taken_at.elapsed() >= settings.stalled_after {
            inner.lost = true;
            inner.messages = VecDeque::new();
            drop(inner);
            self.cancel.cancel();
            self.changed.notify_one();
        }
        // Else it is a burst that the reader had no time to take: what is too much is left out.
    }

    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        Box::pin(self.ask_now(requests))
    }

    fn takes_input_required(&self) -> bool {
        true
    }

    fn takes_tasks(&self) -> bool {
        self.method == RelayMethod::CallTool && declares_tasks(&self.capabilities)
    }
}
