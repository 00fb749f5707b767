use keyway_core::Error;
use keyway_store::WebhookEvent;
use tokio_util::sync::CancellationToken;

use super::message::{Telling, data};
use crate::App;

/// How many events are taken up at once.
const BATCH: u32 = 100;

impl App {
    /// Makes messages of what happened, for every endpoint that wants to know, until `stopping`. What
    /// happened stays written down until its messages are.
    pub(crate) async fn tell_endpoints(self, stopping: CancellationToken) {
        let poll = self.job_settings().poll;
        while !stopping.is_cancelled() {
            let told = self.tell_some().await;
            let more = told.unwrap_or_else(|error| {
                tracing::warn!(%error, "webhook endpoints cannot be told of events");
                false
            });
            if !more {
                let pause = tokio::time::sleep(poll);
                let _ = stopping.run_until_cancelled(pause).await;
            }
        }
    }

    /// Answers whether there may be more.
    async fn tell_some(&self) -> Result<bool, Error> {
        let store = &self.inner.store;
        let events = store.webhook_events(BATCH).await?;
        let mut failed = None;
        for event in &events {
            // What cannot be told of one keeps nobody else from being told.
            if let Err(error) = self.tell(event).await {
                failed = Some(error);
            }
        }
        if !events.is_empty() {
            self.inner.webhooks.notify_one();
        }
        let more = events.len() >= usize::try_from(BATCH).unwrap_or(usize::MAX);
        failed.map_or(Ok(more), Err)
    }

    async fn tell(&self, event: &WebhookEvent) -> Result<(), Error> {
        let store = &self.inner.store;
        let organization = &event.organization;
        let endpoints = store.webhook_subscribers(organization, &event.kind).await?;
        let telling = Telling {
            kind: &event.kind,
            subject: Some(&event.subject),
            data: data(&event.facts),
            at: event.occurred_at.unwrap_or_else(|| self.inner.clock.now()),
        };
        let messages = endpoints
            .iter()
            .map(|endpoint| self.new_message(organization, endpoint, &telling));
        let messages: Vec<_> = messages.collect::<Result<_, _>>()?;
        // Another process may have been first.
        store.tell_webhook_event(event, &messages).await?;
        Ok(())
    }
}
