use jiff::Timestamp;
use keyway_core::{OrgId, Role, UserId, WebSessionId};

use crate::engine::{Connection, query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// A person's web session. Its cookie is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSession {
    /// Its id.
    pub id: WebSessionId,
    /// The organization it is at.
    pub organization: OrgId,
    /// Whose it is.
    pub user: UserId,
    /// How they signed in.
    pub method: String,
    /// From which address.
    pub address: String,
    /// With which browser, in its own words.
    pub user_agent: String,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When it was last seen, to within a minute.
    pub last_seen_at: Timestamp,
    /// Its absolute end.
    pub expires_at: Timestamp,
}

/// Moments that decide whether a web session has ended.
#[derive(Debug, Clone, Copy)]
pub struct Alive {
    /// Now.
    pub now: Timestamp,
    /// One last seen before this has been idle for too long.
    pub seen_since: Timestamp,
}

const COLUMNS: &str = "SELECT w.id, w.organization_id, w.user_id, w.method, w.address, w.user_agent, \
                       w.created_at, w.last_seen_at, w.expires_at, m.role FROM web_sessions w \
                       JOIN memberships m \
                       ON m.organization_id = w.organization_id AND m.user_id = w.user_id \
                       JOIN users u ON u.id = w.user_id";
const IS_ALIVE: &str = "w.revoked_at IS NULL AND u.disabled_at IS NULL AND w.expires_at > $2 \
                        AND w.last_seen_at >= $3";

/// A web session is its person's, and may move between their organizations, so most of these calls
/// name the person instead of an organization.
impl Store {
    /// Stores a new web session, whose cookie hashes to `hash`. Lets go of what ended before
    /// `forget_before`.
    pub async fn create_web_session(
        &self,
        new: &WebSession,
        hash: &str,
        forget_before: Timestamp,
    ) -> Result<(), StoreError> {
        let doing = "begin a web session";
        let mut transaction = self.write(doing).await?;
        query("DELETE FROM web_sessions WHERE user_id = $1 AND expires_at < $2")
            .bind(new.user.as_str())
            .bind(forget_before.as_millisecond())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        query(
            "INSERT INTO web_sessions (id, organization_id, user_id, hash, method, address, \
             user_agent, created_at, last_seen_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(new.id.as_str())
        .bind(new.organization.as_str())
        .bind(new.user.as_str())
        .bind(hash)
        .bind(&new.method)
        .bind(&new.address)
        .bind(&new.user_agent)
        .bind(new.created_at.as_millisecond())
        .bind(new.last_seen_at.as_millisecond())
        .bind(new.expires_at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)
    }

    /// The web session whose cookie has this hash, and the role of its person at its organization, if
    /// it has not ended. Names no organization, because it is what finds out which one it is.
    pub async fn web_session(
        &self,
        hash: &str,
        alive: Alive,
    ) -> Result<Option<(WebSession, Role)>, StoreError> {
        let sql = format!("{COLUMNS} WHERE w.hash = $1 AND {IS_ALIVE}");
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(hash)
            .bind(alive.now.as_millisecond())
            .bind(alive.seen_since.as_millisecond())
            .fetch_optional(self.pool())
            .await
            .doing("look up a web session")?;
        row.map(Row::read).transpose()
    }

    /// The web sessions of a person that have not ended, newest first.
    pub async fn web_sessions(
        &self,
        user: &UserId,
        alive: Alive,
    ) -> Result<Vec<WebSession>, StoreError> {
        let sql = format!(
            "{COLUMNS} WHERE w.user_id = $1 AND {IS_ALIVE} ORDER BY w.created_at DESC, w.id"
        );
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(user.as_str())
            .bind(alive.now.as_millisecond())
            .bind(alive.seen_since.as_millisecond())
            .fetch_all(self.pool())
            .await
            .doing("list the web sessions")?;
        let rows = rows.into_iter().map(Row::read);
        rows.map(|row| row.map(|(session, _)| session)).collect()
    }

    /// Which of these web sessions have not ended, at which organization, and as what. Names no
    /// organization: it is asked by what hangs on web sessions of every one.
    pub async fn web_sessions_standing(
        &self,
        ids: &[WebSessionId],
        alive: Alive,
    ) -> Result<Vec<(WebSessionId, OrgId, Role)>, StoreError> {
        // One text instead of as many placeholders as there are web sessions.
        let ids: Vec<_> = ids.iter().map(|id| format!("\"{id}\"")).collect();
        let sql =
            format!("{COLUMNS} WHERE w.id IN (SELECT value FROM json_each($1)) AND {IS_ALIVE}");
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(format!("[{}]", ids.join(",")))
            .bind(alive.now.as_millisecond())
            .bind(alive.seen_since.as_millisecond())
            .fetch_all(self.pool())
            .await
            .doing("look up web sessions")?;
        let rows = rows.into_iter().map(Row::read);
        rows.map(|row| row.map(|(session, role)| (session.id, session.organization, role)))
            .collect()
    }

    /// Records that a web session was seen.
    pub async fn see_web_session(
        &self,
        user: &UserId,
        id: &WebSessionId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE web_sessions SET last_seen_at = $3 \
             WHERE user_id = $1 AND id = $2 AND last_seen_at < $3",
        )
        .bind(user.as_str())
        .bind(id.as_str())
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .map(drop)
        .doing("record that a web session was seen")
    }

    /// Moves a web session to another organization of its person. Answers false when they do not
    /// belong to it, or the web session has ended.
    pub async fn move_web_session(
        &self,
        user: &UserId,
        id: &WebSessionId,
        organization: &OrgId,
    ) -> Result<bool, StoreError> {
        let moved = query(
            "UPDATE web_sessions SET organization_id = $3 \
             WHERE user_id = $1 AND id = $2 AND revoked_at IS NULL \
             AND EXISTS (SELECT 1 FROM memberships WHERE organization_id = $3 AND user_id = $1)",
        )
        .bind(user.as_str())
        .bind(id.as_str())
        .bind(organization.as_str())
        .execute(self.pool())
        .await
        .doing("move a web session")?;
        Ok(moved.rows_affected() > 0)
    }

    /// Ends a web session of a person. Answers false when it is not there or ended before.
    pub async fn end_web_session(
        &self,
        user: &UserId,
        id: &WebSessionId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let ended = query(
            "UPDATE web_sessions SET revoked_at = $3 \
             WHERE user_id = $1 AND id = $2 AND revoked_at IS NULL",
        )
        .bind(user.as_str())
        .bind(id.as_str())
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .doing("end a web session")?;
        Ok(ended.rows_affected() > 0)
    }

    /// Ends all web sessions of a person. Answers how many.
    pub async fn end_web_sessions(&self, user: &UserId, at: Timestamp) -> Result<u64, StoreError> {
        let mut connection = self.pool().acquire().await.doing("end web sessions")?;
        end_all(&mut connection, user, at).await
    }

    /// Whether a person has signed in from this address since a moment.
    pub async fn signed_in_from(
        &self,
        user: &UserId,
        address: &str,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        query_scalar(
            "SELECT EXISTS (SELECT 1 FROM web_sessions \
             WHERE user_id = $1 AND address = $2 AND created_at >= $3)",
        )
        .bind(user.as_str())
        .bind(address)
        .bind(since.as_millisecond())
        .fetch_one(self.pool())
        .await
        .doing("look for an address")
    }
}

pub(crate) async fn end_all(
    connection: &mut Connection,
    user: &UserId,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let ended =
        query("UPDATE web_sessions SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL")
            .bind(user.as_str())
            .bind(at.as_millisecond())
            .execute(connection)
            .await
            .doing("end web sessions")?;
    Ok(ended.rows_affected())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    organization_id: String,
    user_id: String,
    method: String,
    address: String,
    user_agent: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    role: String,
}

impl Row {
    fn read(self) -> Result<(WebSession, Role), StoreError> {
        let session = WebSession {
            id: store::id(&self.id)?,
            organization: store::id(&self.organization_id)?,
            user: store::id(&self.user_id)?,
            method: self.method,
            address: self.address,
            user_agent: self.user_agent,
            created_at: store::moment(self.created_at)?,
            last_seen_at: store::moment(self.last_seen_at)?,
            expires_at: store::moment(self.expires_at)?,
        };
        Ok((session, store::role(&self.role)?))
    }
}
