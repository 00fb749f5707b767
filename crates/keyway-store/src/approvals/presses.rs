use jiff::{SignedDuration, Timestamp};
use keyway_core::PublicationId;

use crate::engine::query;
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// For how long it is known that a button was pressed: longer than its signature is good for.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

impl Store {
    /// Writes down that a button was pressed, by what tells the press from others. False for one that was
    /// written down before. Names no organization: the publication is whose address it came to.
    pub async fn record_press(
        &self,
        publication: &PublicationId,
        dedupe_key: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let doing = "write down that a button was pressed";
        let before = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        let mut transaction = self.write(doing).await?;
        query("DELETE FROM approval_presses WHERE created_at < $1")
            .bind(before.as_millisecond())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        let added = query(
            "INSERT INTO approval_presses (publication_id, dedupe_key, created_at) \
             VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(publication.as_str())
        .bind(dedupe_key)
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(added.rows_affected() > 0)
    }
}
