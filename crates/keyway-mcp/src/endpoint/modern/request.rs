use std::sync::Arc;

use http::StatusCode;
use keyway_core::rpc::RpcError;

use super::super::core::{Asked, Core};
use super::super::introduction::discover_result;
use super::super::list::list;
use super::super::method::Method;
use super::super::reply::{self, Reply};
use super::super::{CacheScope, Page};
use super::check::check;
use super::complete::complete;
use super::{listen, resume, tasks};
use crate::wire::declares_tasks;

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
        Some(Method::Listen) => {
            let declared = if declares_tasks(said.capabilities) {
                listen::Declared::Tasks
            } else {
                listen::Declared::NoTasks
            };
            return listen::listen(core, &origin, id, &params, declared).await;
        }
        Some(Method::Task(which)) => {
            let asked = (which, said.capabilities);
            match tasks::ask(core, &origin, headers, asked, &params).await {
                Ok(result) => Ok(result),
                Err((status, error)) => return reply::error(status, Some(&id), &error),
            }
        }
        Some(Method::List(which)) => list(core, &origin, which, &params, caching).await,
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

/// The caching hints that a list carries (MCP 2026-07-28, Caching).
fn caching(page: &Page, result: &mut String) {
    result.push_str(",\"ttlMs\":");
    result.push_str(&page.ttl_ms.to_string());
    result.push_str(match page.scope {
        CacheScope::Public => ",\"cacheScope\":\"public\"",
        CacheScope::Private => ",\"cacheScope\":\"private\"",
    });
}
