use std::sync::Arc;

use keyway_core::channel::Message;
use keyway_core::rpc::RawJson;
use keyway_store::{OutboxRow, StoreError};
use tokio_util::sync::CancellationToken;

use super::TOPIC;
use super::hub::Hub;
use crate::{App, Notice};

/// How many messages are read at once.
const BATCH: u32 = 200;

impl App {
    /// Hands out what was published, in this process or another one, in the order of its numbers,
    /// until `stopping`. A message of this process goes out at once, one of another within
    /// [`crate::jobs::JobSettings::poll`].
    pub(crate) async fn hand_out(self, stopping: CancellationToken) {
        let hub = Arc::clone(&self.inner.channels);
        let mut seen = None;
        while !stopping.is_cancelled() {
            if let Err(error) = self.hand_out_behind(&hub, &mut seen).await {
                tracing::warn!(%error, "messages cannot be handed out");
            }
            let pause = tokio::time::timeout(self.job_settings().poll, hub.wake.notified());
            let _ = stopping.run_until_cancelled(pause).await;
        }
        hub.close();
    }

    /// Hands out what lies behind `seen`; the first time that is nothing.
    async fn hand_out_behind(&self, hub: &Hub, seen: &mut Option<i64>) -> Result<(), StoreError> {
        let (store, home) = (&hub.store, hub.home());
        let ends = store.outbox_ends().await?;
        let end = ends
            .into_iter()
            .find(|(organization, _)| organization == home);
        let end = end.map_or(0, |(_, last)| last);
        let mut last = *seen.get_or_insert(end);
        while last < end {
            let rows = store.outbox_after(home, None, last, BATCH).await?;
            let Some(newest) = rows.last().map(|row| row.id) else {
                // Forgotten before it was read.
                last = end;
                break;
            };
            for message in rows.into_iter().filter_map(message) {
                let message = Arc::new(message);
                hub.hand_out(&message);
                self.home_tenant().tell(Notice::Published(message));
            }
            last = newest;
            *seen = Some(last);
        }
        *seen = Some(last);
        Ok(())
    }
}

/// The message in a row, if it is one.
pub(super) fn message(row: OutboxRow) -> Option<Message> {
    let channel = row.topic.strip_prefix(TOPIC)?.to_owned();
    Some(Message {
        channel,
        id: row.id,
        at: row.created_at,
        data: RawJson::parse(row.payload.into()).ok()?,
    })
}
