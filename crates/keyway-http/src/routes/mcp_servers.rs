//! `/v1/mcp-servers/{id}`: what is decided about an MCP server and its tools. The id is its key.

#![expect(clippy::option_option, reason = "`null` is not the same as nothing")]

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use keyway_app::trust::{Answer, Looked, NewTools, Pinning, ServerPatch, ToolPatch};
use keyway_core::{Error, Kind};

use super::{Asker, Input, Listing, answer, listed};
use crate::refusal::Refusal;
use crate::shared::Shared;

type Key = Result<Path<String>, axum::extract::rejection::PathRejection>;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Settings {
    revision: i64,
    disabled: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    definitions: Option<Option<Definitions>>,
    #[serde(default, deserialize_with = "given")]
    new_tools: Option<Option<Switch>>,
    only_allowed: Option<bool>,
    needs_approval: Option<bool>,
}

#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Definitions {
    Follow,
    Pin,
}

#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Switch {
    On,
    Off,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ToolSettings {
    tool: String,
    revision: i64,
    #[serde(default, deserialize_with = "given")]
    allowed: Option<Option<bool>>,
    #[serde(default, deserialize_with = "given")]
    needs_approval: Option<Option<bool>>,
    #[serde(default, deserialize_with = "given")]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    description: Option<Option<String>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answered {
    changes: Vec<Looked>,
}

/// `null` is not the same as nothing: it takes back what was set.
fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}

/// `GET /v1/mcp-servers/{id}`
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    key: Key,
) -> Result<Response, Refusal> {
    let servers = shared.app.mcp_servers();
    answer::ok(&servers.get(&asker.who, &named(key)?).await?)
}

/// `PATCH /v1/mcp-servers/{id}`
pub(crate) async fn change(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    key: Key,
    Input(input): Input<Settings>,
) -> Result<Response, Refusal> {
    let patch = ServerPatch {
        disabled: input.disabled,
        definitions: input.definitions.map(|given| {
            given.map(|given| match given {
                Definitions::Follow => Pinning::Follow,
                Definitions::Pin => Pinning::Pin,
            })
        }),
        new_tools: input.new_tools.map(|given| {
            given.map(|given| match given {
                Switch::On => NewTools::On,
                Switch::Off => NewTools::Off,
            })
        }),
        only_allowed: input.only_allowed,
        needs_approval: input.needs_approval,
    };
    let (key, servers) = (named(key)?, shared.app.mcp_servers());
    let changed = servers.change(&asker.who, &key, input.revision, &patch);
    answer::ok(&changed.await?)
}

/// `GET /v1/mcp-servers/{id}/tools?search=…&cursor=…`
pub(crate) async fn tools(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    key: Key,
    listing: Listing,
) -> Result<Response, Refusal> {
    let (key, servers) = (named(key)?, shared.app.mcp_servers());
    let tools = servers.tools(&asker.who, &key, listing.part()).await?;
    listed("tools", &tools)
}

/// `PATCH /v1/mcp-servers/{id}/tools`
pub(crate) async fn change_tool(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    key: Key,
    Input(input): Input<ToolSettings>,
) -> Result<Response, Refusal> {
    let patch = ToolPatch {
        allowed: input.allowed,
        needs_approval: input.needs_approval,
        name: input.name,
        description: input.description,
    };
    let (key, servers) = (named(key)?, shared.app.mcp_servers());
    let changed = servers.change_tool(&asker.who, &key, &input.tool, input.revision, &patch);
    answer::ok(&changed.await?)
}

/// `GET /v1/mcp-servers/{id}/changes?cursor=…`
pub(crate) async fn changes(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    key: Key,
    listing: Listing,
) -> Result<Response, Refusal> {
    let (key, servers) = (named(key)?, shared.app.mcp_servers());
    let changes = servers.changes(&asker.who, &key, listing.part()).await?;
    listed("changes", &changes)
}

/// `POST /v1/mcp-servers/{id}/changes/accept`
pub(crate) async fn accept(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    key: Key,
    Input(input): Input<Answered>,
) -> Result<Response, Refusal> {
    let (key, servers) = (named(key)?, shared.app.mcp_servers());
    let accepted = servers.answer(&asker.who, &key, Answer::Accept, &input.changes);
    accepted.await?;
    Ok(answer::done())
}

/// `POST /v1/mcp-servers/{id}/changes/reject`
pub(crate) async fn reject(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    key: Key,
    Input(input): Input<Answered>,
) -> Result<Response, Refusal> {
    let (key, servers) = (named(key)?, shared.app.mcp_servers());
    let rejected = servers.answer(&asker.who, &key, Answer::Reject, &input.changes);
    rejected.await?;
    Ok(answer::done())
}

/// `POST /v1/mcp-servers/{id}/reconnect`
pub(crate) async fn reconnect(
    State(shared): State<Arc<Shared>>,
    asker: Asker,
    key: Key,
) -> Result<Response, Refusal> {
    let servers = shared.app.mcp_servers();
    servers.reconnect(&asker.who, &named(key)?).await?;
    Ok(answer::done())
}

fn named(key: Key) -> Result<String, Error> {
    key.map(|Path(key)| key).map_err(|_| {
        Error::new(
            Kind::NotFound,
            "mcp_server_not_found",
            "there is no MCP server of this key",
        )
    })
}
