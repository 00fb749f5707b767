use std::collections::BTreeMap;

use keyway_core::OrgId;

use super::{AcceptedTool, HeldTool, NewTools, Pinning, ServerSettings, ToolPin, ToolSettings};
use crate::engine::{Query, query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// All that is decided about one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerTools {
    /// Whose server it is.
    pub organization: OrgId,
    /// The server's key.
    pub server: String,
    /// The server as a whole.
    pub settings: ServerSettings,
    /// Its tools.
    pub tools: Vec<ToolSettings>,
    /// What was accepted of them.
    pub pins: Vec<ToolPin>,
    /// Grows with each change of any of it: of two readings the higher one is the later.
    pub epoch: i64,
}

impl ServerTools {
    /// A server of which nothing is decided.
    pub fn new(organization: OrgId, server: impl Into<String>) -> Self {
        Self {
            organization,
            server: server.into(),
            settings: ServerSettings::default(),
            tools: Vec::new(),
            pins: Vec::new(),
            epoch: 0,
        }
    }
}

const SETTINGS: &str = "organization_id, server, disabled, definitions, new_tools, only_allowed, \
                        needs_approval, first_listed_at, revision, epoch";
const TOOLS: &str = "one.organization_id, one.server, one.tool, one.allowed, one.needs_approval, \
                     one.name, one.description, one.revision";
const PINS: &str = "one.organization_id, one.server, one.tool, one.hash, one.definition, \
                    one.accepted_by, one.accepted_at, one.held_hash, one.held_definition, \
                    one.held_at, one.held_findings, one.rejected_hash";

impl Store {
    /// A number that has grown since it was last read when anything was decided about any server, in
    /// any process.
    pub async fn server_tools_epoch(&self) -> Result<i64, StoreError> {
        query_scalar("SELECT value FROM counters WHERE name = 'server_tools_epoch'")
            .fetch_one(self.pool())
            .await
            .doing("read the change counter")
    }

    /// All that is decided about the servers of which something changed after `epoch`, of every
    /// organization: the process that serves them keeps it at hand.
    pub async fn server_tools_since(&self, epoch: i64) -> Result<Vec<ServerTools>, StoreError> {
        self.read_server_tools("settings.epoch > $1", |query| query.bind(epoch))
            .await
    }

    /// All that is decided about one server. Nothing is, where it is not known.
    pub async fn server_tools(
        &self,
        organization: &OrgId,
        server: &str,
    ) -> Result<ServerTools, StoreError> {
        let (of, key) = (organization.as_str().to_owned(), server.to_owned());
        let found = self
            .read_server_tools(
                "settings.organization_id = $1 AND settings.server = $2",
                |query| query.bind(of.clone()).bind(key.clone()),
            )
            .await?;
        let found = found.into_iter().next();
        Ok(found.unwrap_or_else(|| ServerTools::new(organization.clone(), server)))
    }

    /// How many definitions of each server of an organization wait to be accepted. Those that were
    /// rejected are not counted.
    pub async fn held_tools(
        &self,
        organization: &OrgId,
    ) -> Result<BTreeMap<String, usize>, StoreError> {
        let rows: Vec<(String, i64)> = query_as(
            "SELECT server, count(*) FROM tool_pins WHERE organization_id = $1 \
             AND held_hash IS NOT NULL AND held_hash IS DISTINCT FROM rejected_hash \
             GROUP BY server ORDER BY server",
        )
        .bind(organization.as_str())
        .fetch_all(self.pool())
        .await
        .doing("count the changes that wait")?;
        let counted = rows.into_iter();
        let counted =
            counted.map(|(server, count)| (server, usize::try_from(count).unwrap_or_default()));
        Ok(counted.collect())
    }

    async fn read_server_tools(
        &self,
        which: &str,
        bind: impl Fn(Query<'_>) -> Query<'_>,
    ) -> Result<Vec<ServerTools>, StoreError> {
        let doing = "read what is decided about servers";
        let mut transaction = self.pool().begin_reading().await.doing(doing)?;
        let text = format!("SELECT {SETTINGS} FROM server_settings AS settings WHERE {which}");
        let rows: Vec<SettingsRow> = bind(query(sqlx::AssertSqlSafe(text)))
            .reading()
            .fetch_all(&mut transaction)
            .await
            .doing(doing)?;
        let mut all = BTreeMap::new();
        for row in rows {
            let key = (row.organization_id.clone(), row.server.clone());
            all.insert(key, row.read()?);
        }
        let joined = |columns: &str, table: &str| {
            format!(
                "SELECT {columns} FROM {table} AS one JOIN server_settings AS settings \
                 ON settings.organization_id = one.organization_id \
                 AND settings.server = one.server WHERE {which} ORDER BY one.tool"
            )
        };
        let text = joined(TOOLS, "tool_settings");
        let rows: Vec<ToolRow> = bind(query(sqlx::AssertSqlSafe(text)))
            .reading()
            .fetch_all(&mut transaction)
            .await
            .doing(doing)?;
        for row in rows {
            if let Some(of) = all.get_mut(&(row.organization_id.clone(), row.server.clone())) {
                of.tools.push(row.read());
            }
        }
        let text = joined(PINS, "tool_pins");
        let rows: Vec<PinRow> = bind(query(sqlx::AssertSqlSafe(text)))
            .reading()
            .fetch_all(&mut transaction)
            .await
            .doing(doing)?;
        for row in rows {
            if let Some(of) = all.get_mut(&(row.organization_id.clone(), row.server.clone())) {
                of.pins.push(row.read()?);
            }
        }
        Ok(all.into_values().collect())
    }
}

#[derive(sqlx::FromRow)]
struct SettingsRow {
    organization_id: String,
    server: String,
    disabled: bool,
    definitions: Option<String>,
    new_tools: Option<String>,
    only_allowed: bool,
    needs_approval: bool,
    first_listed_at: Option<i64>,
    revision: i64,
    epoch: i64,
}

impl SettingsRow {
    fn read(self) -> Result<ServerTools, StoreError> {
        let mut tools = ServerTools::new(store::id(&self.organization_id)?, self.server);
        tools.epoch = self.epoch;
        tools.settings = ServerSettings {
            disabled: self.disabled,
            definitions: self.definitions.as_deref().and_then(Pinning::read),
            new_tools: self.new_tools.as_deref().and_then(NewTools::read),
            only_allowed: self.only_allowed,
            needs_approval: self.needs_approval,
            first_listed_at: self.first_listed_at.map(store::moment).transpose()?,
            revision: self.revision,
        };
        Ok(tools)
    }
}

#[derive(sqlx::FromRow)]
struct ToolRow {
    organization_id: String,
    server: String,
    tool: String,
    allowed: Option<bool>,
    needs_approval: Option<bool>,
    name: Option<String>,
    description: Option<String>,
    revision: i64,
}

impl ToolRow {
    fn read(self) -> ToolSettings {
        ToolSettings {
            tool: self.tool,
            allowed: self.allowed,
            needs_approval: self.needs_approval,
            name: self.name,
            description: self.description,
            revision: self.revision,
        }
    }
}

#[derive(sqlx::FromRow)]
struct PinRow {
    organization_id: String,
    server: String,
    tool: String,
    hash: Option<String>,
    definition: Option<String>,
    accepted_by: Option<String>,
    accepted_at: Option<i64>,
    held_hash: Option<String>,
    held_definition: Option<String>,
    held_at: Option<i64>,
    held_findings: Option<String>,
    rejected_hash: Option<String>,
}

impl PinRow {
    fn read(self) -> Result<ToolPin, StoreError> {
        let accepted = match (self.hash, self.definition) {
            (Some(hash), Some(definition)) => Some(AcceptedTool {
                hash,
                definition,
                by: self.accepted_by,
                at: store::moment(self.accepted_at.unwrap_or_default())?,
            }),
            _ => None,
        };
        let held = match (self.held_hash, self.held_definition) {
            (Some(hash), Some(definition)) => Some(HeldTool {
                hash,
                definition,
                at: store::moment(self.held_at.unwrap_or_default())?,
                findings: self.held_findings.unwrap_or_default(),
            }),
            _ => None,
        };
        Ok(ToolPin {
            tool: self.tool,
            accepted,
            held,
            rejected: self.rejected_hash,
        })
    }
}
