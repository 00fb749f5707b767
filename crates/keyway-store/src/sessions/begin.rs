use jiff::Timestamp;
use keyway_core::{OrgId, SessionId};

use crate::error::Doing as _;
use crate::{Store, StoreError};

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
        sqlx::query(
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
        .execute(self.pool())
        .await
        .doing("begin a session")
        .map(drop)
    }
}
