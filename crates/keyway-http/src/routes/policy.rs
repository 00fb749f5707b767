//! `/v1/policy`: the policies in force, and what they decide.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::policy::{Access, Question, Tags};
use keyway_core::{Error, Scopes};
use serde_json::json;

use super::{Asker, Input, answer};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// What a token or key is good for where nothing is said.
const USUAL_SCOPES: &str = "mcp";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Asked {
    principal: String,
    tool: String,
    access: Option<String>,
    client: Option<String>,
    scopes: Option<String>,
    #[serde(default)]
    destructive: bool,
    #[serde(default)]
    read_only: bool,
}

/// `GET /v1/policy`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
) -> Result<Response, Refusal> {
    let policies = shared.app.policies(&asker.who).await?;
    answer::ok(&json!({ "policies": policies }))
}

/// `POST /v1/policy/check`: what is decided when someone calls a tool. Nothing is called.
pub(crate) async fn check(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    Input(put): Input<Asked>,
) -> Result<Response, Refusal> {
    let access = put.access.as_deref().map(str::parse::<Access>);
    let access = access.transpose();
    let scopes = put.scopes.as_deref().unwrap_or(USUAL_SCOPES);
    let scopes = scopes.parse::<Scopes>();
    let question = Question {
        principal: &put.principal,
        tool: &put.tool,
        access: access
            .map_err(|error| Error::invalid_at("/access", error.to_string()))?
            .unwrap_or(Access::ApiKey),
        client: put.client.as_deref(),
        scopes: scopes.map_err(|error| Error::invalid_at("/scopes", error.to_string()))?,
        tags: Tags {
            destructive: put.destructive,
            read_only: put.read_only,
            annotated: put.destructive || put.read_only,
            ..Tags::default()
        },
    };
    let explained = shared.app.check_policy(&asker.who, &question).await?;
    answer::ok(&json!({
        "tool": &*explained.tool.name,
        "decision": explained.outcome(),
        "inScope": explained.in_scope,
        "policy": explained.decision.verdict.as_str(),
        "known": explained.known,
        "policies": explained.views(),
    }))
}
