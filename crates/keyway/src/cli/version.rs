use std::env::consts::{ARCH, OS};

use crate::Gateway;

/// What `--version` says: the gateway, the Keyway it is built on, and for what.
pub(crate) fn describe(gateway: &Gateway) -> String {
    let identity = gateway.identity();
    let own = env!("CARGO_PKG_VERSION");
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    let facts = format!("{OS} {ARCH}, {profile}, MCP {}", revisions());
    if identity.name == "keyway" {
        format!("{own} ({facts})")
    } else {
        format!("{} (keyway {own}, {facts})", identity.version)
    }
}

fn revisions() -> String {
    keyway_mcp::wire::Revision::SERVED
        .iter()
        .map(|revision| revision.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}
