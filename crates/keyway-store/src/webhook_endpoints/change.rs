use jiff::Timestamp;
use keyway_core::{OrgId, WebhookEndpointId};

use super::StoredWebhookEndpoint;
use crate::engine::{Connection, query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// An endpoint to make.
#[derive(Debug, Clone)]
pub struct NewWebhookEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// What messages are signed with, sealed.
    pub secret: Vec<u8>,
    /// The rest of it.
    pub with: EndpointChange,
}

/// What may change of an endpoint.
#[derive(Debug, Clone)]
pub struct EndpointChange {
    /// Where messages go to.
    pub url: String,
    /// The types of events it is told of, each once: a JSON list.
    pub events: String,
    /// Whether it is told of anything. One that is switched on begins in good health.
    pub enabled: bool,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Another secret for an endpoint.
#[derive(Debug, Clone)]
pub struct RotatedEndpoint {
    /// The new one, sealed.
    pub secret: Vec<u8>,
    /// The one from before, sealed for its new place.
    pub before: Vec<u8>,
    /// Until when messages are signed with that as well.
    pub until: Timestamp,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

impl Store {
    /// Makes an endpoint. False where the organization has `most` already.
    pub async fn create_webhook_endpoint(
        &self,
        organization: &OrgId,
        new: &NewWebhookEndpoint,
        most: u32,
    ) -> Result<bool, StoreError> {
        let doing = "make a webhook endpoint";
        let mut transaction = self.write(doing).await?;
        let name = || [format!("webhook_endpoints/{organization}")];
        transaction.alone(name).await.doing(doing)?;
        let there: i64 = query_scalar(
            "SELECT count(*) FROM webhook_endpoints WHERE organization_id = $1 \
             AND removed_at IS NULL",
        )
        .bind(organization.as_str())
        .fetch_one(&mut *transaction)
        .await
        .doing(doing)?;
        if there >= i64::from(most) {
            return Ok(false);
        }
        let with = &new.with;
        query(
            "INSERT INTO webhook_endpoints (id, organization_id, url, events, enabled, secret, \
             revision, created_at, created_by, changed_at, changed_by) \
             VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $7, $8)",
        )
        .bind(new.id.as_str())
        .bind(organization.as_str())
        .bind(&with.url)
        .bind(&with.events)
        .bind(with.enabled)
        .bind(&new.secret)
        .bind(with.at.as_millisecond())
        .bind(&with.by)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if with.enabled {
            subscribe(&mut transaction, organization, &new.id, &with.events)
                .await
                .doing(doing)?;
        }
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// Changes an endpoint while it still has the revision that was read. False where it has another one,
    /// or was removed.
    pub async fn change_webhook_endpoint(
        &self,
        stored: &StoredWebhookEndpoint,
        change: &EndpointChange,
    ) -> Result<bool, StoreError> {
        let doing = "change a webhook endpoint";
        let mut transaction = self.write(doing).await?;
        let changed = query(
            "UPDATE webhook_endpoints SET url = $4, events = $5, \
             failures = CASE WHEN $6 AND NOT enabled THEN 0 ELSE failures END, \
             failing_since = CASE WHEN $6 AND NOT enabled THEN NULL ELSE failing_since END, \
             off_reason = CASE WHEN $6 THEN NULL ELSE off_reason END, \
             off_at = CASE WHEN $6 THEN NULL ELSE off_at END, \
             enabled = $6, changed_at = $7, changed_by = $8, revision = revision + 1 \
             WHERE organization_id = $1 AND id = $2 AND revision = $3 AND removed_at IS NULL",
        )
        .bind(stored.organization.as_str())
        .bind(stored.id.as_str())
        .bind(stored.revision)
        .bind(&change.url)
        .bind(&change.events)
        .bind(change.enabled)
        .bind(change.at.as_millisecond())
        .bind(&change.by)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        unsubscribe(&mut transaction, &stored.organization, &stored.id)
            .await
            .doing(doing)?;
        if change.enabled {
            let (organization, id) = (&stored.organization, &stored.id);
            subscribe(&mut transaction, organization, id, &change.events)
                .await
                .doing(doing)?;
        }
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// What messages to an endpoint are signed with, sealed.
    pub async fn webhook_endpoint_secret(
        &self,
        organization: &OrgId,
        id: &WebhookEndpointId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        query_scalar(
            "SELECT secret FROM webhook_endpoints WHERE organization_id = $1 AND id = $2 \
             AND removed_at IS NULL AND secret IS NOT NULL",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read a webhook endpoint")
    }

    /// Replaces the secret of an endpoint while it still has the revision that was read.
    pub async fn rotate_webhook_endpoint(
        &self,
        stored: &StoredWebhookEndpoint,
        rotated: &RotatedEndpoint,
    ) -> Result<bool, StoreError> {
        let done = query(
            "UPDATE webhook_endpoints SET secret = $4, secret_before = $5, before_until = $6, \
             changed_at = $7, changed_by = $8, revision = revision + 1 \
             WHERE organization_id = $1 AND id = $2 AND revision = $3 AND removed_at IS NULL",
        )
        .bind(stored.organization.as_str())
        .bind(stored.id.as_str())
        .bind(stored.revision)
        .bind(&rotated.secret)
        .bind(&rotated.before)
        .bind(rotated.until.as_millisecond())
        .bind(rotated.at.as_millisecond())
        .bind(&rotated.by)
        .execute(self.pool())
        .await
        .doing("replace the secret of a webhook endpoint")?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes an endpoint and its secrets. False where it is not there.
    pub async fn remove_webhook_endpoint(
        &self,
        organization: &OrgId,
        id: &WebhookEndpointId,
        at: Timestamp,
        by: &str,
    ) -> Result<bool, StoreError> {
        let doing = "remove a webhook endpoint";
        let mut transaction = self.write(doing).await?;
        let removed = query(
            "UPDATE webhook_endpoints SET removed_at = $3, secret = NULL, secret_before = NULL, \
             before_until = NULL, enabled = FALSE, changed_at = $3, changed_by = $4, \
             revision = revision + 1 \
             WHERE organization_id = $1 AND id = $2 AND removed_at IS NULL",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(at.as_millisecond())
        .bind(by)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        unsubscribe(&mut transaction, organization, id)
            .await
            .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(removed.rows_affected() > 0)
    }
}

async fn subscribe(
    connection: &mut Connection,
    organization: &OrgId,
    id: &WebhookEndpointId,
    events: &str,
) -> Result<(), sqlx::Error> {
    query(
        "INSERT INTO webhook_subscriptions (organization_id, type, endpoint_id) \
         SELECT $1, value, $2 FROM json_each($3)",
    )
    .bind(organization.as_str())
    .bind(id.as_str())
    .bind(events)
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn unsubscribe(
    connection: &mut Connection,
    organization: &OrgId,
    id: &WebhookEndpointId,
) -> Result<(), sqlx::Error> {
    query("DELETE FROM webhook_subscriptions WHERE organization_id = $1 AND endpoint_id = $2")
        .bind(organization.as_str())
        .bind(id.as_str())
        .execute(connection)
        .await
        .map(drop)
}
