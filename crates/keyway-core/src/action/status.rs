use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Action, Expose};

/// How a gateway is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// The server's name.
    pub name: String,
    /// The server's version.
    pub version: String,
    /// For how many seconds it has been running.
    pub uptime_seconds: u64,
    /// True when everything it needs works.
    pub healthy: bool,
}

/// The action every gateway has: how it is, as a markdown tool, over HTTP, on the command line, and
/// as the resource `keyway://status`.
///
/// ```
/// use keyway_core::action::{Health, status};
///
/// let action = status(|| Health {
///     name: "acme".into(),
///     version: "1.0.0".into(),
///     uptime_seconds: 12,
///     healthy: true,
/// });
/// assert_eq!(action.slug(), "status");
/// ```
pub fn status(health: impl Fn() -> Health + Send + Sync + 'static) -> Action {
    let health = Arc::new(health);
    Action::new("status", move |_, (): ()| {
        let health = health.clone();
        async move { Ok(health()) }
    })
    .title("Status")
    .description(
        "Tells whether the server is well, its version and for how long it has been running",
    )
    .read_only()
    .idempotent()
    .markdown()
    .resource("keyway://status", Some("application/json"))
    .expose(Expose::ALL)
}
