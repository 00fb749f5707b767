use jiff::Timestamp;
use keyway_core::{OrgId, SessionId};

use crate::engine::{Connection, Dialect, query, query_scalar};
use crate::error::Doing as _;
use crate::jobs::lock_of;
use crate::{Store, StoreError, turn_key};

/// What became of a session that was to be archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archiving {
    /// It is archived.
    Done,
    /// It is not as it would have to be: it was archived before, somebody holds it, something waits to be
    /// said in it, or it is not there.
    Unchanged,
}

impl Store {
    /// Archives a session in which nothing goes on and nothing waits.
    pub async fn archive_session(
        &self,
        organization: &OrgId,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<Archiving, StoreError> {
        let doing = "archive a session";
        let mut transaction = self.write(doing).await?;
        nothing_queued_meanwhile(&mut transaction, organization, id)
            .await
            .doing(doing)?;
        let done = query(
            "UPDATE sessions SET archived_at = $3, updated_at = $3 \
             WHERE organization_id = $1 AND id = $2 AND archived_at IS NULL \
             AND (lease_until IS NULL OR lease_until <= $3) \
             AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.organization_id = $1 \
                 AND j.ordering_key IN ('turn/' || sessions.id, 'delivery/' || sessions.external_key) \
                 AND j.state IN ('queued', 'running'))",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(of(done.rows_affected()))
    }

    /// Lets an archived session go on.
    pub async fn unarchive_session(
        &self,
        organization: &OrgId,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<Archiving, StoreError> {
        let done = query(
            "UPDATE sessions SET archived_at = NULL, updated_at = $3 \
             WHERE organization_id = $1 AND id = $2 AND archived_at IS NOT NULL",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("let an archived session go on")?;
        Ok(of(done.rows_affected()))
    }
}

/// Keeps everybody from queueing something for a session until the transaction ends.
async fn nothing_queued_meanwhile(
    connection: &mut Connection,
    organization: &OrgId,
    id: &SessionId,
) -> Result<(), sqlx::Error> {
    if connection.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let external_key: Option<Option<String>> =
        query_scalar("SELECT external_key FROM sessions WHERE organization_id = $1 AND id = $2")
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(&mut *connection)
            .await?;
    let external_key = external_key.flatten();
    let delivery = external_key.map(|key| lock_of(organization, &format!("delivery/{key}")));
    let turn = lock_of(organization, &turn_key(id));
    connection
        .alone(|| [turn].into_iter().chain(delivery))
        .await
}

fn of(changed: u64) -> Archiving {
    if changed > 0 {
        Archiving::Done
    } else {
        Archiving::Unchanged
    }
}
