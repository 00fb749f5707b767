use jiff::Timestamp;
use keyway_core::{OrgId, SessionId};

use crate::engine::{Connection, query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// A session about to begin.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// The agent's slug.
    pub agent: String,
    /// Whose it is, by id.
    pub actor: String,
    /// How it begins, in a line.
    pub title: String,
    /// What it is elsewhere, if it begins there.
    pub external_key: Option<String>,
    /// What who begins it was given to do.
    pub scopes: String,
    /// Now.
    pub created_at: Timestamp,
}

impl Store {
    /// Begins a session. Nobody holds it, and nothing happened in it.
    pub async fn begin_session(
        &self,
        organization: &OrgId,
        new: &NewSession,
    ) -> Result<(), StoreError> {
        let doing = "begin a session";
        insert(&mut *self.writer().await?, organization, new)
            .await
            .doing(doing)
    }

    /// The session of an agent that has this external key; it begins where it is not there yet. Of
    /// several who ask at once one begins it.
    pub async fn session_at(
        &self,
        organization: &OrgId,
        new: &NewSession,
    ) -> Result<SessionId, StoreError> {
        let doing = "look for a session, or begin it";
        let mut transaction = self.write(doing).await?;
        let key = new.external_key.as_deref().unwrap_or_default();
        let name = || [format!("session/{organization}/{}/{key}", new.agent)];
        transaction.alone(name).await.doing(doing)?;
        let there: Option<String> = query_scalar(
            "SELECT id FROM sessions WHERE organization_id = $1 AND agent = $2 \
             AND external_key = $3",
        )
        .bind(organization.as_str())
        .bind(&new.agent)
        .bind(&new.external_key)
        .fetch_optional(&mut *transaction)
        .await
        .doing(doing)?;
        if let Some(there) = there {
            return store::id(&there);
        }
        insert(&mut transaction, organization, new)
            .await
            .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(new.id.clone())
    }
}

impl Store {
    /// The session of an agent that has this external key, where there is one.
    pub async fn session_with_key(
        &self,
        organization: &OrgId,
        agent: &str,
        external_key: &str,
    ) -> Result<Option<SessionId>, StoreError> {
        let there: Option<String> = query_scalar(
            "SELECT id FROM sessions WHERE organization_id = $1 AND agent = $2 \
             AND external_key = $3",
        )
        .bind(organization.as_str())
        .bind(agent)
        .bind(external_key)
        .fetch_optional(self.pool())
        .await
        .doing("look for a session")?;
        there.as_deref().map(store::id).transpose()
    }
}

async fn insert(
    connection: &mut Connection,
    organization: &OrgId,
    new: &NewSession,
) -> Result<(), sqlx::Error> {
    query(
        "INSERT INTO sessions (id, organization_id, agent, actor, title, external_key, \
         created_at, updated_at, scopes) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
    )
    .bind(new.id.as_str())
    .bind(organization.as_str())
    .bind(&new.agent)
    .bind(&new.actor)
    .bind(&new.title)
    .bind(&new.external_key)
    .bind(new.created_at.as_millisecond())
    .bind(&new.scopes)
    .execute(connection)
    .await
    .map(drop)
}
