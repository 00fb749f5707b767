use std::sync::Arc;

use http::HeaderMap;
use keyway_core::ports::{BoxFuture, Caller, Clock, Random, RelayMethod};
use keyway_core::rpc::{RawJson, RpcError};
use keyway_core::{Principal, RequestId};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::gauge::Gauge;
use super::introduction::{Introduction, Written};
use super::legacy::Sessions;
use super::modern::Parking;
use super::params::Params;
use super::{Backend, Call, Settings};
use crate::wire::Id;

/// What a call comes to.
pub(super) type Outcome = Result<RawJson, RpcError>;

/// What all parts of the endpoint share.
pub(super) struct Core {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) settings: Settings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) tasks: TaskTracker,
    pub(super) shutdown: CancellationToken,
    pub(super) introduction: Introduction,
    pub(super) sessions: Sessions,
    pub(super) parking: Parking,
    pub(super) streams: Gauge,
    pub(super) detached: Gauge,
}

impl Core {
    pub(super) fn written(&self) -> Arc<Written> {
        self.introduction.written(&self.backend.server())
    }

    /// Milliseconds since the epoch.
    pub(super) fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    pub(super) fn random_id(&self) -> [u8; 16] {
        let mut id = [0; 16];
        self.random.fill(&mut id);
        id
    }
}

/// Who sent a request, and how it came.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) who: Principal,
    pub(super) request: RequestId,
    pub(super) hops: u8,
}

impl Origin {
    /// The header that counts gateways.
    pub(super) const HOPS: &'static str = "keyway-hops";
    /// At this depth a call is taken for a loop.
    const TOO_DEEP: u8 = 4;

    pub(super) fn new(who: Principal, request: RequestId, headers: &HeaderMap) -> Self {
        let hops = headers
            .get(Self::HOPS)
            .map_or(Some(0), |value| value.to_str().ok()?.parse().ok());
        Self {
            who,
            request,
            // A count that cannot be read is no reason to go on counting from zero.
            hops: hops.unwrap_or(Self::TOO_DEEP),
        }
    }

    /// Refuses a call that has passed too many gateways.
    pub(super) fn check_hops(&self) -> Result<(), RpcError> {
        if self.hops < Self::TOO_DEEP {
            return Ok(());
        }
        Err(keyway_core::Error::new(
            keyway_core::Kind::Conflict,
            "gateway_loop",
            "the call has passed too many gateways; do the gateways point at each other?",
        )
        .into())
    }
}

/// A request as it came, its params read once.
pub(super) struct Asked<'a> {
    pub(super) origin: Origin,
    pub(super) headers: &'a HeaderMap,
    pub(super) id: Id,
    pub(super) method: &'a str,
    pub(super) raw: &'a RawJson,
    pub(super) params: Result<Params<'a>, RpcError>,
}

/// A call to be made.
pub(super) struct Plan {
    pub(super) method: RelayMethod,
    pub(super) target: String,
    pub(super) params: RawJson,
}

/// A call that runs. Dropped before its end, it is cancelled and gets a moment to wind up.
pub(super) struct Running {
    call: Option<BoxFuture<'static, Outcome>>,
    cancel: CancellationToken,
    core: Arc<Core>,
}

impl Running {
    pub(super) fn start(
        core: &Arc<Core>,
        origin: Origin,
        plan: Plan,
        caller: Arc<dyn Caller>,
        cancel: CancellationToken,
    ) -> Self {
        let backend = Arc::clone(&core.backend);
        let token = cancel.clone();
        let call = async move {
            backend
                .call(Call {
                    who: &origin.who,
                    method: plan.method,
                    target: &plan.target,
                    params: &plan.params,
                    caller: &caller,
                    cancel: &token,
                    request: &origin.request,
                    hops: origin.hops,
                })
                .await
        };
        Self {
            call: Some(Box::pin(call)),
            cancel,
            core: Arc::clone(core),
        }
    }

    /// Waits for the end. Can be dropped and called again.
    pub(super) async fn outcome(&mut self) -> Outcome {
        let Some(call) = &mut self.call else {
            return std::future::pending().await;
        };
        let outcome = call.await;
        self.call = None;
        outcome
    }

    /// Cancels the call and waits a moment for its end.
    pub(super) async fn wind_up(&mut self) -> Outcome {
        self.cancel.cancel();
        let Some(call) = self.call.take() else {
            return Err(cancelled());
        };
        tokio::time::timeout(self.core.settings.wind_up, call)
            .await
            .unwrap_or_else(|_| Err(cancelled()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(call) = self.call.take() else {
            return;
        };
        self.cancel.cancel();
        if tokio::runtime::Handle::try_current().is_ok() {
            let within = self.core.settings.wind_up;
            self.core.tasks.spawn(async move {
                let _ = tokio::time::timeout(within, call).await;
            });
        }
    }
}

fn cancelled() -> RpcError {
    RpcError::new(RpcError::INTERNAL_ERROR, "the call was cancelled")
}
