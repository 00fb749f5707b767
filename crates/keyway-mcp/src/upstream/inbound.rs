//! What servers say beside their answers: notifications, and requests to the client.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use keyway_core::json;
use keyway_core::ports::{AskError, Caller, InputRequest};
use keyway_core::rpc::{RawJson, RpcError};
use serde_json::value::RawValue;
use tokio::sync::{Notify, watch};

use super::flights::{Flights, Side};
use crate::wire::meta::{self, Meta};
use crate::wire::{Id, write_error, write_result};

/// How often, and with which pauses, somebody is looked for who is asked outside any call.
const LOOKS: u32 = 40;
const LOOK: Duration = Duration::from_millis(50);

/// The lists that changed, as bits.
pub(super) const TOOLS: u8 = 1;
pub(super) const RESOURCES: u8 = 2;
pub(super) const PROMPTS: u8 = 4;
pub(super) const ALL: u8 = TOOLS | RESOURCES | PROMPTS;

/// Finds who answers what the server asks outside any call.
pub(super) type Fallback = Box<dyn Fn() -> Option<Arc<dyn Caller>> + Send + Sync>;

/// Where a connection tells its server's keeper that something changed.
pub(super) struct Signals {
    changed: AtomicU8,
    wake: Notify,
    acknowledged: watch::Sender<u64>,
    updated: Box<dyn Fn(&str) + Send + Sync>,
    fallback: Option<Fallback>,
}

impl Signals {
    /// `updated` is told the URI of every resource that changed.
    pub(super) fn new(
        updated: impl Fn(&str) + Send + Sync + 'static,
        fallback: Option<Fallback>,
    ) -> Self {
        Self {
            changed: AtomicU8::new(0),
            wake: Notify::new(),
            acknowledged: watch::Sender::new(0),
            updated: Box::new(updated),
            fallback,
        }
    }

    /// Who answers a request that belongs to no call, where there is somebody. A server that asks as soon as
    /// it is connected to may be earlier than whom it asks.
    async fn outside(&self) -> Option<Arc<Side>> {
        let fallback = self.fallback.as_ref()?;
        for _ in 0..LOOKS {
            if let Some(caller) = fallback() {
                return Some(Side::new(&caller));
            }
            tokio::time::sleep(LOOK).await;
        }
        None
    }

    /// Notes that lists changed.
    pub(super) fn lists_changed(&self, lists: u8) {
        self.changed.fetch_or(lists, Ordering::AcqRel);
        self.wake.notify_one();
    }

    /// Waits until lists changed, and says which.
    pub(super) async fn changed(&self) -> u8 {
        loop {
            match self.changed.swap(0, Ordering::AcqRel) {
                0 => self.wake.notified().await,
                lists => return lists,
            }
        }
    }

    /// Waits until the server confirmed the subscription that was asked for under this id.
    pub(super) fn expect_acknowledgement(&self, id: u64) -> impl Future<Output = ()> + use<> {
        // An earlier connection may have used the same id.
        self.acknowledged.send_replace(0);
        let mut acknowledged = self.acknowledged.subscribe();
        async move {
            if acknowledged.wait_for(|last| *last == id).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Forgets changes noted so far: everything is about to be read anew.
    pub(super) fn forget(&self) {
        self.changed.store(0, Ordering::Release);
    }
}

/// Takes a notification that names no stream of its own. What belongs to a call is handed to that
/// call's client; what cannot be attributed is dropped.
pub(super) fn shared_notification(
    signals: &Signals,
    flights: &Flights,
    method: &str,
    params: Option<&RawJson>,
) {
    if !server_notification(signals, method, params)
        && matches!(method, "notifications/progress" | "notifications/message")
        && let Some(side) = flights.whose(params)
    {
        hand_over(side.caller.as_ref(), method, params);
    }
}

/// Takes a notification on the stream of one call.
pub(super) fn call_notification(
    signals: &Signals,
    caller: &dyn Caller,
    method: &str,
    params: Option<&RawJson>,
) {
    if !server_notification(signals, method, params)
        && matches!(method, "notifications/progress" | "notifications/message")
    {
        hand_over(caller, method, params);
    }
}

/// Takes notifications that concern no call. False for any other.
pub(super) fn server_notification(
    signals: &Signals,
    method: &str,
    params: Option<&RawJson>,
) -> bool {
    match method {
        "notifications/tools/list_changed" => signals.lists_changed(TOOLS),
        "notifications/resources/list_changed" => signals.lists_changed(RESOURCES),
        "notifications/prompts/list_changed" => signals.lists_changed(PROMPTS),
        "notifications/resources/updated" => {
            if let Some(uri) = params.and_then(|params| json::member(params.as_str(), "uri")) {
                (signals.updated)(&json::unquote(uri.value));
            }
        }
        "notifications/subscriptions/acknowledged" => {
            let id = params
                .and_then(|params| Meta::of(params.as_str()).subscription_id)
                .and_then(|id| id.parse().ok());
            if let Some(id) = id {
                signals.acknowledged.send_replace(id);
            }
        }
        _ => return false,
    }
    true
}

fn hand_over(caller: &dyn Caller, method: &str, params: Option<&RawJson>) {
    let wanted = match method {
        "notifications/progress" => caller.wants_progress(),
        _ => caller.log_level().is_some(),
    };
    if wanted && let Some(params) = params.and_then(boxed) {
        caller.notify(method, params);
    }
}

fn boxed(raw: &RawJson) -> Option<Box<RawValue>> {
    RawValue::from_string(raw.as_str().to_owned()).ok()
}

/// The key that another gateway gave the question.
fn key_of(params: &RawJson) -> Option<String> {
    let meta = json::member(params.as_str(), "_meta")?;
    let key = json::member(meta.value, meta::INPUT_KEY)?;
    serde_json::from_str(key.value).ok()
}

/// Answers a request of a legacy server: the text to send back. `side` is the call it belongs to,
/// if that could be told; otherwise the fallback is asked, if there is one.
pub(super) async fn answer_request(
    id: &Id,
    method: &str,
    params: Option<&RawJson>,
    side: Option<Arc<Side>>,
    signals: &Signals,
) -> String {
    match answer(method, params, side, signals).await {
        Ok(result) => write_result(id, &result),
        Err(error) => write_error(Some(id), &error),
    }
}

async fn answer(
    method: &str,
    params: Option<&RawJson>,
    side: Option<Arc<Side>>,
    signals: &Signals,
) -> Result<String, RpcError> {
    match method {
        "ping" => return Ok("{}".into()),
        "elicitation/create" | "sampling/createMessage" | "roots/list" => {}
        _ => {
            return Err(RpcError::new(
                RpcError::METHOD_NOT_FOUND,
                "there is no such method",
            ));
        }
    }
    let side = match side {
        Some(side) => Some(side),
        None => signals.outside().await,
    };
    let Some(side) = side else {
        return Err(RpcError::new(
            RpcError::INVALID_REQUEST,
            "the request belongs to no call, or to one of several: name the progress token of the call in `_meta`",
        ));
    };
    let _asking = side.clock.start();
    let key = params.and_then(key_of);
    let key = key.unwrap_or_else(|| "request".to_owned());
    let request = InputRequest {
        method: method.to_owned(),
        params: params.and_then(boxed),
    };
    let answers = tokio::select! {
        () = side.over.cancelled() => Err(AskError::Cancelled),
        answers = side.caller.ask(vec![(key, request)]) => answers,
    };
    match answers {
        Ok(answers) => answers
            .into_iter()
            .next()
            .map(|(_, result)| Box::<str>::from(result).into_string())
            .ok_or_else(|| RpcError::new(RpcError::INTERNAL_ERROR, "the client gave no answer")),
        Err(AskError::Refused(error)) => {
            let mut refusal = RpcError::new(RpcError::INTERNAL_ERROR, "the client refused");
            refusal.raw = Some(RawJson::from_raw(error));
            Err(refusal)
        }
        Err(AskError::Unsupported(_)) => Err(RpcError::new(
            RpcError::METHOD_NOT_FOUND,
            "the client of this call does not support the request",
        )),
        Err(error) => Err(RpcError::new(RpcError::INTERNAL_ERROR, error.to_string())),
    }
}
