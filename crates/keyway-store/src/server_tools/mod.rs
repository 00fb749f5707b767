//! What administrators decided about MCP servers and their tools.

mod pins;
mod read;
mod settings;

pub use pins::{AcceptedTool, HeldTool, PinWrite, ToolPin};
pub use read::ServerTools;
pub use settings::{NewTools, Pinning, ServerSettings, ToolSettings};

use keyway_core::OrgId;

use crate::StoreError;
use crate::engine::{Connection, query};
use crate::error::Doing as _;

/// Part of every transaction that changes anything of a server: its row is there, and every process
/// learns of the change.
async fn touch(
    connection: &mut Connection,
    organization: &OrgId,
    server: &str,
) -> Result<(), StoreError> {
    let doing = "change what is decided about a server";
    query("UPDATE counters SET value = value + 1 WHERE name = 'server_tools_epoch'")
        .execute(&mut *connection)
        .await
        .doing(doing)?;
    query(
        "INSERT INTO server_settings (organization_id, server, revision, epoch) \
         SELECT $1, $2, 0, value FROM counters WHERE name = 'server_tools_epoch' \
         ON CONFLICT (organization_id, server) DO UPDATE SET epoch = excluded.epoch",
    )
    .bind(organization.as_str())
    .bind(server)
    .execute(&mut *connection)
    .await
    .map(drop)
    .doing(doing)
}
