use keyway_core::Principal;
use keyway_core::json;
use keyway_core::ports::RelayMethod;
use keyway_core::rpc::RpcError;
use serde::{Deserialize, Serialize};

use super::super::core::Core;

/// How long a foreign request state, which costs no memory, may be used.
const FOREIGN_LIVES_MS: i64 = 3_600_000;

/// What a `requestState` of ours holds, sealed. It is bound to the principal by the seal, and to
/// the request and a moment by what it says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    /// The method.
    m: String,
    /// The target.
    t: String,
    /// Until when it holds, in milliseconds since the epoch.
    x: i64,
    /// What it leads to.
    #[serde(flatten)]
    pub(super) leads_to: LeadsTo,
}

/// What a request state leads to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "k", rename_all = "lowercase")]
pub(super) enum LeadsTo {
    /// A call that waits here.
    Parked {
        /// Its place, in hexadecimal.
        place: String,
        /// Which round of questions it waits in.
        round: u32,
    },
    /// A state of the upstream's own, as JSON text.
    Foreign {
        /// The state.
        state: String,
    },
}

impl State {
    pub(super) fn seal(
        core: &Core,
        who: &Principal,
        method: RelayMethod,
        target: &str,
        leads_to: LeadsTo,
    ) -> String {
        let lives = match leads_to {
            LeadsTo::Parked { .. } => {
                i64::try_from(core.settings.answer_within.as_millis()).unwrap_or(i64::MAX)
            }
            LeadsTo::Foreign { .. } => FOREIGN_LIVES_MS,
        };
        let state = Self {
            m: method.as_str().to_owned(),
            t: target.to_owned(),
            x: core.now().saturating_add(lives),
            leads_to,
        };
        let bytes = serde_json::to_vec(&state).unwrap_or_default();
        core.backend.seal(who, &bytes)
    }

    /// Opens a `requestState` as it stands in the params. Whatever is wrong with it, the answer is
    /// the same, but for one that has merely grown old.
    pub(super) fn open(
        core: &Core,
        who: &Principal,
        method: RelayMethod,
        target: &str,
        raw: &str,
    ) -> Result<Self, RpcError> {
        let state: Self = Some(raw)
            .filter(|raw| raw.starts_with('"'))
            .and_then(|raw| core.backend.open(who, &json::unquote(raw)))
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .filter(|state: &Self| state.m == method.as_str() && state.t == target)
            .ok_or_else(|| {
                RpcError::new(
                    RpcError::INVALID_PARAMS,
                    "the request state is not one that was given out for this request",
                )
            })?;
        if state.x < core.now() {
            return Err(gone());
        }
        Ok(state)
    }
}

/// The state was good once.
pub(super) fn gone() -> RpcError {
    RpcError::new(
        RpcError::INVALID_PARAMS,
        "the request state is no longer good: its call was answered, was cancelled or has expired",
    )
}
