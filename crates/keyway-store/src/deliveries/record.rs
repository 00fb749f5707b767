use jiff::Timestamp;
use keyway_core::{DeliveryId, InstallationId, OrgId, PublicationId};

use crate::engine::{Connection, Taking, query, query_scalar};
use crate::error::Doing as _;
use crate::jobs::{NewJob, insert};
use crate::{Store, StoreError, store};

/// A webhook that was verified, about to be recorded.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// The installation it came through.
    pub installation: InstallationId,
    /// The publication it is for.
    pub publication: PublicationId,
    /// Of events of the installation with one key only the first is recorded.
    pub dedupe_key: String,
    /// The delivery it repeats.
    pub replay_of: Option<DeliveryId>,
    /// Why something is done about it, or nothing.
    pub rule: String,
    /// The conversation it belongs to.
    pub conversation: Option<String>,
    /// Where the event came from, as one JSON value: where something is said back.
    pub place: Option<String>,
    /// What came, sealed.
    pub received: Vec<u8>,
    /// The length of the body.
    pub bytes: u64,
    /// What is to be done; nothing for one that is ignored.
    pub job: Option<NewJob>,
    /// Now.
    pub created_at: Timestamp,
}

/// What became of a delivery that was to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// It is recorded, and its work is queued.
    New,
    /// It was recorded before, as this one.
    Already(DeliveryId),
}

const DOING: &str = "record a delivery";

impl Store {
    /// Records a delivery together with the job that is done about it: both, or neither. One that was
    /// recorded before is counted, unless nothing was done about it then and something is now. What is
    /// recorded survives a loss of power.
    pub async fn record_delivery(
        &self,
        organization: &OrgId,
        new: &NewDelivery,
    ) -> Result<Recorded, StoreError> {
        let mut transaction = self.write_durably(DOING).await?;
        alone(&mut transaction, [new]).await.doing(DOING)?;
        let recorded = record(&mut transaction, organization, new).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(recorded)
    }

    /// The same of several, of whichever organizations, in this order: the disk is waited for once. All of
    /// them or none.
    pub async fn record_deliveries(
        &self,
        all: &[(OrgId, NewDelivery)],
    ) -> Result<Vec<Recorded>, StoreError> {
        let mut transaction = self.write_durably(DOING).await?;
        alone(&mut transaction, all.iter().map(|(_, new)| new))
            .await
            .doing(DOING)?;
        let mut recorded = Vec::with_capacity(all.len());
        for (organization, new) in all {
            recorded.push(record(&mut transaction, organization, new).await?);
        }
        transaction.commit().await.doing(DOING)?;
        Ok(recorded)
    }
}

/// What comes to one installation is recorded one after another, wherever it comes in.
fn alone<'c, 'a>(
    connection: &'c mut Connection,
    all: impl IntoIterator<Item = &'a NewDelivery>,
) -> Taking<'c> {
    let all = all.into_iter();
    connection.alone(|| all.map(|new| format!("deliveries/{}", new.installation)))
}

async fn record(
    connection: &mut Connection,
    organization: &OrgId,
    new: &NewDelivery,
) -> Result<Recorded, StoreError> {
    let outcome = if new.job.is_some() {
        "accepted"
    } else {
        "ignored"
    };
    if new.job.is_some() {
        // What nothing was done about keeps nobody from doing something about it now.
        query(
            "DELETE FROM deliveries WHERE organization_id = $1 AND installation_id = $2 \
             AND dedupe_key = $3 AND outcome = 'ignored'",
        )
        .bind(organization.as_str())
        .bind(new.installation.as_str())
        .bind(&new.dedupe_key)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    }
    let id: String = query_scalar(
        "INSERT INTO deliveries (id, organization_id, installation_id, publication_id, \
         dedupe_key, replay_of, outcome, rule, conversation, received, bytes, job_id, created_at, place) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         ON CONFLICT (installation_id, dedupe_key) DO UPDATE SET \
         duplicates = deliveries.duplicates + 1 \
         RETURNING id",
    )
    .bind(new.id.as_str())
    .bind(organization.as_str())
    .bind(new.installation.as_str())
    .bind(new.publication.as_str())
    .bind(&new.dedupe_key)
    .bind(new.replay_of.as_ref().map(DeliveryId::as_str))
    .bind(outcome)
    .bind(&new.rule)
    .bind(&new.conversation)
    .bind(&new.received)
    .bind(i64::try_from(new.bytes).unwrap_or(i64::MAX))
    .bind(new.job.as_ref().map(|job| job.id.as_str()))
    .bind(new.created_at.as_millisecond())
    .bind(&new.place)
    .fetch_one(&mut *connection)
    .await
    .doing(DOING)?;
    if id != new.id.as_str() {
        return Ok(Recorded::Already(store::id(&id)?));
    }
    if let Some(job) = &new.job {
        insert(connection, organization, job).await?;
    }
    Ok(Recorded::New)
}
