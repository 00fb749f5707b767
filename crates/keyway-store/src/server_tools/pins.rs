use jiff::Timestamp;
use keyway_core::OrgId;

use super::touch;
use crate::engine::{Connection, query};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// A tool's definition as it was accepted, and what the server lists instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolPin {
    /// The server's own name of the tool.
    pub tool: String,
    /// What was accepted; `None` where nothing ever was.
    pub accepted: Option<AcceptedTool>,
    /// What the server lists instead.
    pub held: Option<HeldTool>,
    /// The hash of what an administrator rejected.
    pub rejected: Option<String>,
}

/// A definition that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedTool {
    /// Its canonical hash.
    pub hash: String,
    /// The definition as the server wrote it.
    pub definition: String,
    /// Who accepted it; `None` where the settings did.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A definition that waits to be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldTool {
    /// Its canonical hash.
    pub hash: String,
    /// The definition as the server wrote it.
    pub definition: String,
    /// When it was first seen.
    pub at: Timestamp,
    /// What is risky about it, as JSON.
    pub findings: String,
}

/// What becomes of a pin when a list is taken in. `was` is the accepted hash that it was decided by:
/// where it is another one by now, nothing happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinWrite {
    /// A tool that was not there is accepted.
    Accept {
        /// The server's own name of it.
        tool: String,
        /// Its definition.
        accepted: AcceptedTool,
    },
    /// A definition is held back.
    Hold {
        /// The server's own name of the tool.
        tool: String,
        /// The accepted hash.
        was: Option<String>,
        /// The definition.
        held: HeldTool,
    },
    /// The server lists what was accepted again.
    Release {
        /// The server's own name of the tool.
        tool: String,
        /// The accepted hash.
        was: String,
    },
    /// The server does not list any more what nobody ever accepted.
    Drop {
        /// The server's own name of the tool.
        tool: String,
    },
}

impl Store {
    /// Takes in what became of a server's pins, and that its first list came.
    pub async fn write_tool_pins(
        &self,
        organization: &OrgId,
        server: &str,
        writes: &[PinWrite],
        first_listed_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let doing = "take in the tools of a server";
        let mut transaction = self.write(doing).await?;
        touch(&mut transaction, organization, server).await?;
        if let Some(at) = first_listed_at {
            query(
                "UPDATE server_settings SET first_listed_at = $3 \
                 WHERE organization_id = $1 AND server = $2 AND first_listed_at IS NULL",
            )
            .bind(organization.as_str())
            .bind(server)
            .bind(at.as_millisecond())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        }
        for write in writes {
            put(&mut transaction, organization, server, write)
                .await
                .doing(doing)?;
        }
        transaction.commit().await.doing(doing)
    }

    /// Accepts what is held of a tool, only while its hash is still `hash`. Answers whether it was.
    pub async fn accept_tool(
        &self,
        organization: &OrgId,
        server: &str,
        tool: &str,
        hash: &str,
        by: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let doing = "accept a tool";
        let mut transaction = self.write(doing).await?;
        touch(&mut transaction, organization, server).await?;
        let changed = query(
            "UPDATE tool_pins SET hash = held_hash, definition = held_definition, \
             accepted_by = $5, accepted_at = $6, held_hash = NULL, held_definition = NULL, \
             held_at = NULL, held_findings = NULL, rejected_hash = NULL \
             WHERE organization_id = $1 AND server = $2 AND tool = $3 AND held_hash = $4",
        )
        .bind(organization.as_str())
        .bind(server)
        .bind(tool)
        .bind(hash)
        .bind(by)
        .bind(at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// Rejects what is held of a tool, only while its hash is still `hash`. Answers whether it was.
    pub async fn reject_tool(
        &self,
        organization: &OrgId,
        server: &str,
        tool: &str,
        hash: &str,
    ) -> Result<bool, StoreError> {
        let doing = "reject a tool";
        let mut transaction = self.write(doing).await?;
        touch(&mut transaction, organization, server).await?;
        let changed = query(
            "UPDATE tool_pins SET rejected_hash = held_hash \
             WHERE organization_id = $1 AND server = $2 AND tool = $3 AND held_hash = $4",
        )
        .bind(organization.as_str())
        .bind(server)
        .bind(tool)
        .bind(hash)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// Forgets what was accepted and held of a server: the next list is taken for its first.
    pub async fn forget_tool_pins(
        &self,
        organization: &OrgId,
        server: &str,
    ) -> Result<(), StoreError> {
        let doing = "forget the tools of a server";
        let mut transaction = self.write(doing).await?;
        touch(&mut transaction, organization, server).await?;
        for statement in [
            "DELETE FROM tool_pins WHERE organization_id = $1 AND server = $2",
            "UPDATE server_settings SET first_listed_at = NULL \
             WHERE organization_id = $1 AND server = $2",
        ] {
            query(statement)
                .bind(organization.as_str())
                .bind(server)
                .execute(&mut *transaction)
                .await
                .doing(doing)?;
        }
        transaction.commit().await.doing(doing)
    }
}

async fn put(
    connection: &mut Connection,
    organization: &OrgId,
    server: &str,
    write: &PinWrite,
) -> Result<(), sqlx::Error> {
    let query = |statement: &'static str| query(statement).bind(organization.as_str()).bind(server);
    let query = match write {
        PinWrite::Accept { tool, accepted } => query(
            "INSERT INTO tool_pins (organization_id, server, tool, hash, definition, \
             accepted_by, accepted_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (organization_id, server, tool) DO NOTHING",
        )
        .bind(tool)
        .bind(&accepted.hash)
        .bind(&accepted.definition)
        .bind(accepted.by.as_deref())
        .bind(accepted.at.as_millisecond()),
        PinWrite::Hold { tool, was, held } => query(
            "INSERT INTO tool_pins (organization_id, server, tool, held_hash, held_definition, \
             held_at, held_findings) SELECT $1, $2, $3, $5, $6, $7, $8 WHERE TRUE \
             ON CONFLICT (organization_id, server, tool) DO UPDATE SET \
             held_hash = excluded.held_hash, held_definition = excluded.held_definition, \
             held_at = excluded.held_at, held_findings = excluded.held_findings \
             WHERE tool_pins.hash IS NOT DISTINCT FROM $4",
        )
        .bind(tool)
        .bind(was.as_deref())
        .bind(&held.hash)
        .bind(&held.definition)
        .bind(held.at.as_millisecond())
        .bind(&held.findings),
        PinWrite::Release { tool, was } => query(
            "UPDATE tool_pins SET held_hash = NULL, held_definition = NULL, held_at = NULL, \
             held_findings = NULL \
             WHERE organization_id = $1 AND server = $2 AND tool = $3 AND hash = $4",
        )
        .bind(tool)
        .bind(was),
        PinWrite::Drop { tool } => query(
            "DELETE FROM tool_pins \
             WHERE organization_id = $1 AND server = $2 AND tool = $3 AND hash IS NULL",
        )
        .bind(tool),
    };
    query.execute(connection).await.map(drop)
}
