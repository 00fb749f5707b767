//! Calls of the revision, fresh or continued.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use keyway_core::json;
use keyway_core::ports::{Caller, RelayMethod};
use keyway_core::rpc::{RawJson, RpcError};
use serde_json::value::RawValue;

use super::super::core::{Core, Origin, Plan, Running};
use super::super::params::{Params, invalid};
use super::super::reply::{self, Reply};
use super::answer::{Attends, answer};
use super::check::{Refused, Said};
use super::mirror;
use super::side::{Side, Wants};
use super::state::{LeadsTo, State, gone};
use crate::wire::{Id, ObjectEdit};

/// Serves a call.
pub(super) async fn call(
    core: &Arc<Core>,
    origin: Origin,
    headers: &HeaderMap,
    (id, method, raw): (Id, RelayMethod, RawJson),
    params: &Params<'_>,
    said: &Said<'_>,
) -> Reply {
    let (running, attends) = match begin(core, origin, headers, (method, &raw), params, said) {
        Ok(begun) => begun,
        Err((status, error)) => return reply::error(status, Some(&id), &error),
    };
    answer(running, attends, id).await
}

fn begin(
    core: &Arc<Core>,
    origin: Origin,
    headers: &HeaderMap,
    (method, raw): (RelayMethod, &RawJson),
    params: &Params<'_>,
    said: &Said<'_>,
) -> Result<(Option<Running>, Attends), Refused> {
    let as_is = |error| (http::StatusCode::OK, error);
    let target = params.target(method).map_err(as_is)?;
    mirror::check_name(headers, method, &target)?;
    if method == RelayMethod::CallTool {
        let mirrored = core.backend.header_parameters(&origin.who, &target);
        mirror::check_parameters(headers, &mirrored, params.arguments)?;
    }
    origin.check_hops().map_err(as_is)?;
    let wants = Wants {
        token: said.progress_token,
        level: said.log_level,
    };
    let mut call_params = raw.clone();
    if method != RelayMethod::Complete
        && let Some(state) = params.request_state
    {
        match State::open(core, &origin.who, method, &target, state)
            .map_err(as_is)?
            .leads_to
        {
            LeadsTo::Parked { place, round } => {
                let side = u128::from_str_radix(&place, 16)
                    .ok()
                    .and_then(|place| core.parking.find(place))
                    .ok_or_else(|| as_is(gone()))?;
                side.resume(round, params.input_responses.unwrap_or("{}"), &wants)
                    .map_err(as_is)?;
                return Ok((None, Attends::new(&side)));
            }
            LeadsTo::Foreign { state } => {
                call_params = with_state(raw, state).map_err(as_is)?;
            }
        }
    }
    let given = given(params.input_responses).map_err(as_is)?;
    let side = Side::new(
        core,
        &origin.who,
        (method, &target),
        said.capabilities,
        &wants,
        given,
    );
    let plan = Plan {
        method,
        target: target.into_owned(),
        params: call_params,
    };
    let caller: Arc<dyn Caller> = Arc::<Side>::clone(&side);
    let running = Running::start(core, origin, plan, caller, side.cancel.clone());
    Ok((Some(running), Attends::new(&side)))
}

/// The params with the upstream's own request state in the place of ours.
fn with_state(params: &RawJson, state: String) -> Result<RawJson, RpcError> {
    let mut edit = ObjectEdit::new(params.as_str());
    edit.set("requestState", state);
    RawJson::parse(Bytes::from(edit.finish())).map_err(|_| gone())
}

/// Answers that came with a fresh call.
fn given(responses: Option<&str>) -> Result<Vec<(String, Box<RawValue>)>, RpcError> {
    let Some(responses) = responses else {
        return Ok(Vec::new());
    };
    if !responses.starts_with('{') {
        return Err(invalid("`inputResponses` must be an object"));
    }
    Ok(json::members(responses)
        .filter_map(|member| {
            let answer = RawValue::from_string(member.value.to_owned()).ok()?;
            Some((member.key.into_owned(), answer))
        })
        .collect())
}
