use jiff::Timestamp;
use keyway_core::{OrgId, SessionId};

use super::Session;
use super::session::{COLUMNS, Row};
use crate::engine::query_as;
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// Which sessions are listed.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter<'a> {
    /// Those of this agent.
    pub agent: Option<&'a str>,
    /// Those of whom this is the id.
    pub actor: Option<&'a str>,
    /// Those whose beginning has this in it, whatever the case of ASCII letters.
    pub words: Option<&'a str>,
    /// Those that are like this now: `running`, `idle`, or how the last turn ended.
    pub status: Option<(&'a str, Timestamp)>,
    /// Those that were archived as well.
    pub archived: bool,
    /// Those that began before this place.
    pub before: Option<i64>,
}

impl Store {
    /// Sessions of an organization, the last begun first.
    pub async fn sessions(
        &self,
        organization: &OrgId,
        filter: &SessionFilter<'_>,
        limit: u32,
    ) -> Result<Vec<Session>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM sessions WHERE organization_id = $1 AND seq < $2 \
             AND ($3 IS NULL OR agent = $3) AND ($4 IS NULL OR actor = $4) \
             AND ($6 IS NULL OR instr(lower(title), $6) > 0) \
             AND ($7 IS NULL OR $7 = CASE \
                 WHEN lease_until > $8 THEN 'running' WHEN lease_until IS NOT NULL THEN 'interrupted' \
                 ELSE coalesce(last_end, 'idle') END) \
             AND ($9 OR archived_at IS NULL) \
             ORDER BY seq DESC LIMIT $5"
        );
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(filter.agent)
            .bind(filter.actor)
            .bind(limit)
            .bind(filter.words.map(str::to_ascii_lowercase))
            .bind(filter.status.map(|(status, _)| status))
            .bind(filter.status.map(|(_, now)| now.as_millisecond()))
            .bind(filter.archived)
            .fetch_all(self.pool())
            .await
            .doing("list the sessions")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One session of an organization.
    pub async fn session(
        &self,
        organization: &OrgId,
        id: &SessionId,
    ) -> Result<Option<Session>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM sessions WHERE organization_id = $1 AND id = $2");
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read a session")?;
        row.map(Row::read).transpose()
    }
}
