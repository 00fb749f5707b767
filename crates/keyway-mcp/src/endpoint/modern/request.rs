use std::sync::Arc;

use http::StatusCode;
use keyway_core::json::quote;
use keyway_core::rpc::RpcError;

use super::super::core::{Asked, Core, Origin};
use super::super::introduction::discover_result;
use super::super::method::{Method, items_key};
use super::super::params::{Params, invalid, string};
use super::super::reply::{self, Reply};
use super::super::{CacheScope, List};
use super::check::check;
use super::complete::complete;
use super::{listen, resume};

/// Serves a request.
pub(in super::super) async fn request(core: &Arc<Core>, asked: Asked<'_>) -> Reply {
    let Asked {
        origin,
        headers,
        id,
        method,
        raw,
        params,
    } = asked;
    let params = match params {
        Ok(params) => params,
        Err(error) => return reply::error(StatusCode::BAD_REQUEST, Some(&id), &error),
    };
    let said = match check(headers, method, &params) {
        Ok(said) => said,
        Err((status, error)) => return reply::error(status, Some(&id), &error),
    };
    let outcome = match Method::parse(method) {
        Some(Method::Relay(relay)) => {
            let call = (id, relay, raw.clone());
            return resume::call(core, origin, headers, call, &params, &said).await;
        }
        Some(Method::Listen) => return listen::listen(core, &origin, id, &params).await,
        Some(Method::List(which)) => list(core, &origin, which, &params),
        Some(Method::Discover) => Ok(discover_result(
            &core.backend.server(),
            core.settings.discover_ttl_ms,
        )),
        _ => {
            let error = RpcError::new(RpcError::METHOD_NOT_FOUND, "there is no such method");
            return reply::error(StatusCode::NOT_FOUND, Some(&id), &error);
        }
    };
    match outcome {
        Ok(result) => {
            let entry = &core.written().meta_entry;
            let message = complete(&id, &result, entry, false, |_| String::new());
            reply::json(StatusCode::OK, message)
        }
        Err(error) => reply::error(StatusCode::OK, Some(&id), &error),
    }
}

fn list(
    core: &Core,
    origin: &Origin,
    which: List,
    params: &Params<'_>,
) -> Result<String, RpcError> {
    let cursor = string(params.cursor);
    if params.cursor.is_some() && cursor.is_none() {
        return Err(invalid("`cursor` must be a string"));
    }
    let page = core.backend.list(&origin.who, which, cursor.as_deref())?;
    let items = page.items.as_str();
    let scope = match page.scope {
        CacheScope::Public => "public",
        CacheScope::Private => "private",
    };
    let next = page
        .next_cursor
        .map(|cursor| format!(",\"nextCursor\":{}", quote(&cursor)))
        .unwrap_or_default();
    let mut result = String::with_capacity(items.len() + next.len() + 96);
    result.push_str("{\"");
    result.push_str(items_key(which));
    result.push_str("\":");
    result.push_str(items);
    result.push_str(&next);
    result.push_str(",\"ttlMs\":");
    result.push_str(&page.ttl_ms.to_string());
    result.push_str(",\"cacheScope\":\"");
    result.push_str(scope);
    result.push_str("\"}");
    Ok(result)
}
