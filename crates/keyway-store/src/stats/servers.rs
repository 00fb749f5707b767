use jiff::Timestamp;
use keyway_core::OrgId;

use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::store::damaged;
use crate::{Store, StoreError, store};

/// Where the connection to an MCP server stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoredState {
    /// Known, and not connected yet.
    Configured,
    /// Connecting for the first time.
    Connecting,
    /// Connected.
    Connected,
    /// It could not be reached, or went away.
    Disconnected,
    /// A person has to sign in first.
    AuthRequired,
    /// The credentials were refused.
    AuthFailed,
    /// The gateway was not running.
    Stopped,
    /// The server was taken away.
    Removed,
}

const NAMES: [(StoredState, &str); 8] = [
    (StoredState::Configured, "configured"),
    (StoredState::Connecting, "connecting"),
    (StoredState::Connected, "connected"),
    (StoredState::Disconnected, "disconnected"),
    (StoredState::AuthRequired, "auth_required"),
    (StoredState::AuthFailed, "auth_failed"),
    (StoredState::Stopped, "stopped"),
    (StoredState::Removed, "removed"),
];

impl StoredState {
    /// The state as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        let found = NAMES.iter().find(|(state, _)| *state == self);
        found.map_or("configured", |(_, name)| name)
    }

    fn of(text: &str) -> Result<Self, StoreError> {
        let found = NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(state, _)| *state).ok_or_else(damaged)
    }
}

/// A change of a server's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerStateRow {
    /// Whose server it is.
    pub organization: OrgId,
    /// The server's key.
    pub server: String,
    /// Since when.
    pub at: Timestamp,
    /// The state.
    pub state: StoredState,
    /// Why, without anything secret.
    pub reason: Option<String>,
}

impl Store {
    /// Writes changes down. Names no organization: each row does. What is of an organization that is
    /// gone is left out; two of the same moment are the later one.
    pub async fn add_server_states(&self, rows: &[ServerStateRow]) -> Result<(), StoreError> {
        const DOING: &str = "write down the state of a server";
        let mut transaction = self.write(DOING).await?;
        let name = || ["server_states".to_owned()];
        transaction.alone(name).await.doing(DOING)?;
        for row in rows {
            query(
                "INSERT INTO server_states (organization_id, server, at, state, reason) \
                 SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT 1 FROM organizations WHERE id = $1) \
                 ON CONFLICT (organization_id, server, at) \
                 DO UPDATE SET state = excluded.state, reason = excluded.reason",
            )
            .bind(row.organization.as_str())
            .bind(&row.server)
            .bind(row.at.as_millisecond())
            .bind(row.state.as_str())
            .bind(row.reason.as_deref())
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        }
        transaction.commit().await.doing(DOING)
    }

    /// Says of every server that the gateway was not running from `at` on. For the start of a gateway,
    /// so it names no organization.
    pub async fn stop_server_states(&self, at: Timestamp) -> Result<(), StoreError> {
        query(
            "INSERT INTO server_states (organization_id, server, at, state) \
             SELECT organization_id, server, CASE WHEN at < $1 THEN $1 ELSE at + 1 END, 'stopped' \
             FROM server_states s WHERE state NOT IN ('stopped', 'removed') \
             AND NOT EXISTS (SELECT 1 FROM server_states later WHERE later.server = s.server \
                 AND later.organization_id = s.organization_id AND later.at > s.at) \
             ON CONFLICT DO NOTHING",
        )
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .map(drop)
        .doing("write down that the gateway was stopped")
    }

    /// The changes of a server, or of all, since a moment, and the one before it, in the order of
    /// servers, then of time. At most `limit`: of more, the latest.
    pub async fn server_states(
        &self,
        organization: &OrgId,
        server: Option<&str>,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<ServerStateRow>, StoreError> {
        let rows: Vec<(String, i64, String, Option<String>)> = query_as(
            "SELECT server, at, state, reason FROM ( \
               SELECT s.server, s.at, s.state, s.reason FROM server_states s \
               WHERE s.organization_id = $1 AND ($2 IS NULL OR s.server = $2) \
               AND s.at >= coalesce((SELECT max(before.at) FROM server_states before \
                 WHERE before.organization_id = $1 AND before.server = s.server AND before.at <= $3), $3) \
               ORDER BY s.at DESC LIMIT $4) AS found ORDER BY server, at",
        )
        .bind(organization.as_str())
        .bind(server)
        .bind(since.as_millisecond())
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .doing("read the states of servers")?;
        let read = |(server, at, state, reason): (String, i64, String, Option<String>)| {
            Ok(ServerStateRow {
                organization: organization.clone(),
                server,
                at: store::moment(at)?,
                state: StoredState::of(&state)?,
                reason,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Forgets changes before a moment, except the last one of each server, and of those that were
    /// taken away all. Names no organization: it is for all. Answers how many went.
    pub async fn purge_server_states(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let done = query(
            "DELETE FROM server_states WHERE (organization_id, server, at) IN ( \
               SELECT organization_id, server, at FROM server_states s WHERE at < $1 \
               AND (state = 'removed' OR EXISTS (SELECT 1 FROM server_states later \
                 WHERE later.organization_id = s.organization_id AND later.server = s.server \
                 AND later.at > s.at AND later.at <= $1)) LIMIT $2)",
        )
        .bind(before.as_millisecond())
        .bind(limit)
        .execute(self.pool())
        .await
        .doing("forget the states of servers")?;
        Ok(done.rows_affected())
    }
}
