use jiff::Timestamp;
use keyway_core::OrgId;

use super::touch;
use crate::engine::query;
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// What becomes of a definition that a server changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pinning {
    /// It is shown as the server lists it.
    Follow,
    /// It is held back until an administrator accepts it.
    Pin,
}

/// What becomes of a tool that a server did not list before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NewTools {
    /// It is shown at once.
    On,
    /// It is held back until an administrator accepts it.
    Off,
}

/// What is decided about a server as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerSettings {
    /// Nothing of it is shown, and nothing reaches it.
    pub disabled: bool,
    /// Changed definitions; `None` for what is usual for servers of its kind.
    pub definitions: Option<Pinning>,
    /// New tools; `None` for what is usual for servers of its kind.
    pub new_tools: Option<NewTools>,
    /// Only tools that are allowed one by one are shown.
    pub only_allowed: bool,
    /// Calls of its tools need an approval, unless a tool says otherwise.
    pub needs_approval: bool,
    /// When the list was taken in that all others are held against.
    pub first_listed_at: Option<Timestamp>,
    /// Grows with each change; 0 before the first one.
    pub revision: i64,
}

/// What is decided about one tool.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolSettings {
    /// The server's own name of it.
    pub tool: String,
    /// Allowed or denied; `None` as the server's settings say.
    pub allowed: Option<bool>,
    /// Whether its calls need an approval; `None` as the server's settings say.
    pub needs_approval: Option<bool>,
    /// The name it is shown under.
    pub name: Option<String>,
    /// The description it is shown with.
    pub description: Option<String>,
    /// Grows with each change; 0 before the first one.
    pub revision: i64,
}

impl Pinning {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Pin => "pin",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        [Self::Follow, Self::Pin]
            .into_iter()
            .find(|one| one.as_str() == text)
    }
}

impl NewTools {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        [Self::On, Self::Off]
            .into_iter()
            .find(|one| one.as_str() == text)
    }
}

impl Store {
    /// Replaces the settings of a server; its moment of the first list stays. Answers false when they
    /// have another revision than `new` says by now.
    pub async fn put_server_settings(
        &self,
        organization: &OrgId,
        server: &str,
        new: &ServerSettings,
    ) -> Result<bool, StoreError> {
        let doing = "change the settings of a server";
        let mut transaction = self.write(doing).await?;
        touch(&mut transaction, organization, server).await?;
        let changed = query(
            "UPDATE server_settings SET disabled = $4, definitions = $5, new_tools = $6, \
             only_allowed = $7, needs_approval = $8, revision = revision + 1 \
             WHERE organization_id = $1 AND server = $2 AND revision = $3",
        )
        .bind(organization.as_str())
        .bind(server)
        .bind(new.revision)
        .bind(new.disabled)
        .bind(new.definitions.map(Pinning::as_str))
        .bind(new.new_tools.map(NewTools::as_str))
        .bind(new.only_allowed)
        .bind(new.needs_approval)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// Replaces the settings of a tool. Answers false when they have another revision than `new` says
    /// by now; a name that another tool of the server is shown under is [`crate::Reason::Conflict`].
    pub async fn put_tool_settings(
        &self,
        organization: &OrgId,
        server: &str,
        new: &ToolSettings,
    ) -> Result<bool, StoreError> {
        let doing = "change the settings of a tool";
        let mut transaction = self.write(doing).await?;
        touch(&mut transaction, organization, server).await?;
        let statement = match new.revision {
            0 => {
                "INSERT INTO tool_settings (organization_id, server, tool, allowed, \
                 needs_approval, name, description, revision) \
                 VALUES ($1, $2, $3, $5, $6, $7, $8, $4 + 1) ON CONFLICT (organization_id, server, tool) \
                 DO NOTHING"
            }
            _ => {
                "UPDATE tool_settings SET allowed = $5, needs_approval = $6, name = $7, \
                 description = $8, revision = revision + 1 \
                 WHERE organization_id = $1 AND server = $2 AND tool = $3 AND revision = $4"
            }
        };
        let changed = query(statement)
            .bind(organization.as_str())
            .bind(server)
            .bind(&new.tool)
            .bind(new.revision)
            .bind(new.allowed)
            .bind(new.needs_approval)
            .bind(new.name.as_deref())
            .bind(new.description.as_deref())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// Forgets all that was decided about a server that is gone. Every process learns of it.
    pub async fn forget_server_tools(
        &self,
        organization: &OrgId,
        server: &str,
    ) -> Result<(), StoreError> {
        let doing = "forget what was decided about a server";
        let mut transaction = self.write(doing).await?;
        touch(&mut transaction, organization, server).await?;
        for statement in [
            "DELETE FROM tool_pins WHERE organization_id = $1 AND server = $2",
            "DELETE FROM tool_settings WHERE organization_id = $1 AND server = $2",
            "UPDATE server_settings SET disabled = FALSE, definitions = NULL, new_tools = NULL, \
             only_allowed = FALSE, needs_approval = FALSE, first_listed_at = NULL, \
             revision = revision + 1 WHERE organization_id = $1 AND server = $2",
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
