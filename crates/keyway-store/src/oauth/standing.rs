use jiff::Timestamp;
use keyway_core::{GrantId, OrgId, Role};

use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// What a valid grant allows at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantStanding {
    /// The grant.
    pub grant: GrantId,
    /// The role of who gave it.
    pub role: Role,
    /// The absolute end.
    pub expires_at: Timestamp,
    /// The change counter at the moment this was read.
    pub epoch: i64,
}

/// From grants to what makes them valid. Wants `g`, and `$1` as the present moment.
macro_rules! valid {
    ($columns:literal, $from:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            ", coalesce(m.role, s.role) AS role, n.value AS epoch FROM ",
            $from,
            " JOIN counters n ON n.name = 'auth_epoch' \
             JOIN oauth_clients c ON c.id = g.client_id \
             LEFT JOIN memberships m \
             ON m.organization_id = g.organization_id AND m.user_id = g.user_id \
             LEFT JOIN users u ON u.id = g.user_id \
             LEFT JOIN service_accounts s \
             ON s.organization_id = g.organization_id AND s.id = g.service_account_id \
             WHERE g.revoked_at IS NULL AND g.expires_at > $1 AND u.disabled_at IS NULL \
             AND s.disabled_at IS NULL AND coalesce(m.role, s.role) IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM oauth_client_blocks b \
                 WHERE b.organization_id = g.organization_id AND b.client_id = g.client_id) ",
            $rest
        )
    };
}

pub(super) use valid;

impl Store {
    /// Which of these grants are still valid, and as what. Names no organization: it is asked by
    /// what holds tokens, for tokens of every organization.
    pub async fn oauth_grants_standing(
        &self,
        ids: &[GrantId],
        at: Timestamp,
    ) -> Result<Vec<GrantStanding>, StoreError> {
        // One text instead of as many placeholders as there are grants.
        let ids: String = ids
            .iter()
            .map(|id| format!("\"{id}\""))
            .collect::<Vec<_>>()
            .join(",");
        let rows: Vec<(String, i64, String, i64)> = query_as(valid!(
            "g.id, g.expires_at",
            "oauth_grants g",
            "AND g.id IN (SELECT value FROM json_each($2))"
        ))
        .bind(at.as_millisecond())
        .bind(format!("[{ids}]"))
        .fetch_all(self.pool())
        .await
        .doing("look up grants")?;
        rows.into_iter()
            .map(|(grant, expires_at, role, epoch)| {
                Ok(GrantStanding {
                    grant: store::id(&grant)?,
                    role: store::role(&role)?,
                    expires_at: store::moment(expires_at)?,
                    epoch,
                })
            })
            .collect()
    }

    /// Records when tokens of grants were last used. Does not count as a change.
    pub async fn record_grant_uses(
        &self,
        uses: &[(OrgId, GrantId, Timestamp)],
    ) -> Result<(), StoreError> {
        let doing = "record the use of grants";
        let mut transaction = self.write(doing).await?;
        transaction
            .alone(|| ["uses of grants".to_owned()])
            .await
            .doing(doing)?;
        for (organization, grant, at) in uses {
            query(
                "UPDATE oauth_grants SET last_used_at = $3 WHERE organization_id = $1 AND id = $2 \
                 AND (last_used_at IS NULL OR last_used_at < $3)",
            )
            .bind(organization.as_str())
            .bind(grant.as_str())
            .bind(at.as_millisecond())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
            query(
                "UPDATE oauth_clients SET last_used_at = $2 WHERE last_used_at < $2 \
                 AND id = (SELECT client_id FROM oauth_grants WHERE id = $1)",
            )
            .bind(grant.as_str())
            .bind(at.as_millisecond())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        }
        transaction.commit().await.doing(doing)
    }
}
