use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_core::Error;
use keyway_core::action::{Annotations, Entry, Expose};
use serde_json::Value;

use super::{Asker, json};
use crate::refusal::Refusal;
use crate::shared::Shared;

#[derive(serde::Serialize)]
struct Listed<'a> {
    actions: Vec<Described<'a>>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    slug: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<Routed<'a>>,
    annotations: Hints,
    input_schema: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_schema: Option<&'a Value>,
}

#[derive(serde::Serialize)]
struct Routed<'a> {
    method: &'a str,
    path: String,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Hints {
    #[serde(skip_serializing_if = "Option::is_none")]
    read_only: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destructive: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotent: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open_world: Option<bool>,
}

/// `GET /v1/actions`: the actions that are exposed over HTTP and that the asker may call.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
) -> Result<Response, Refusal> {
    let definitions = shared.app.definitions();
    let actions = shared
        .app
        .actions(&definitions, &asker.who)
        .into_iter()
        .filter(|entry| entry.action().exposure().contains(Expose::HTTP))
        .map(describe)
        .collect();
    let body = serde_json::to_vec(&Listed { actions }).map_err(Error::internal)?;
    Ok(json(body))
}

fn describe(entry: &Entry) -> Described<'_> {
    let action = entry.action();
    let route = action.get_route().zip(entry.route_path());
    Described {
        route: route.map(|((method, _), path)| Routed {
            method: method.as_str(),
            path,
        }),
        slug: action.slug(),
        title: action.get_title(),
        description: action.get_description(),
        annotations: hints(action.get_annotations()),
        input_schema: action.input_schema(),
        output_schema: action.output_schema(),
    }
}

fn hints(of: Annotations) -> Hints {
    Hints {
        read_only: of.read_only,
        destructive: of.destructive,
        idempotent: of.idempotent,
        open_world: of.open_world,
    }
}
