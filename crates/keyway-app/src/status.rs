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
    build(name.into(), version.into(), clock, Some(store))
}

/// `status` of a gateway that does not run, to be described in its reference pages.
pub fn described(
    name: impl Into<String>,
    version: impl Into<String>,
    clock: &Arc<dyn Clock>,
) -> Action {
    build(name.into(), version.into(), clock, None)
}

fn build(name: String, version: String, clock: &Arc<dyn Clock>, store: Option<Store>) -> Action {
    let started = clock.now();
    Action::new("status", move |context, _: Input| {
        let (name, version, store) = (name.clone(), version.clone(), store.clone());
        async move {
            let up = context.now().duration_since(started).as_secs();
            let healthy = match store {
                Some(store) => {
                    let answer = tokio::time::timeout(PATIENCE, store.ping()).await;
                    matches!(answer, Ok(Ok(())))
                }
                None => false,
            };
            Ok(Status {
                name,
                version,
                uptime_seconds: u64::try_from(up).unwrap_or_default(),
                healthy,
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
