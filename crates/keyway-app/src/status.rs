//! The action every gateway has: how it is.

use std::sync::Arc;
use std::time::Duration;

use keyway_core::Action;
use keyway_core::action::Expose;
use keyway_core::ports::Clock;
use keyway_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long the store may take to answer before it counts as unwell.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Deserialize, JsonSchema)]
struct Input {}

/// How the gateway is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Status {
    /// The gateway's name.
    name: String,
    /// Its version.
    version: String,
    /// For how long it has been running, in seconds.
    uptime_seconds: u64,
    /// True while everything it needs works.
    healthy: bool,
}

/// `status`: a tool that answers markdown, and the resource `keyway://status`.
pub fn action(
    name: impl Into<String>,
    version: impl Into<String>,
    clock: &Arc<dyn Clock>,
    store: Store,
) -> Action {
    let (name, version) = (name.into(), version.into());
    let started = clock.now();
    Action::new("status", move |context, _: Input| {
        let (name, version, store) = (name.clone(), version.clone(), store.clone());
        async move {
            let up = context.now().duration_since(started).as_secs();
            let answer = tokio::time::timeout(PATIENCE, store.ping()).await;
            Ok(Status {
                name,
                version,
                uptime_seconds: u64::try_from(up).unwrap_or_default(),
                healthy: matches!(answer, Ok(Ok(()))),
            })
        }
    })
    .title("Status")
    .description("Tells the gateway's name, version and uptime, and whether it is healthy")
    .read_only()
    .idempotent()
    .markdown()
    .expose(Expose::ALL)
    .resource("keyway://status", None)
}
