use jiff::Timestamp;
use keyway_core::{Error, Principal, WebhookEndpointId, WebhookMessageId};
use keyway_store::{MessageFilter, StoredWebhookMessage};

use super::{MessagePage, MessageView, error};
use crate::App;
use crate::audit::{Event, EventKind};
use crate::pages::Page;

/// How many failed messages are looked for at once.
const BATCH: u32 = 200;

/// Messages to webhook endpoints: for owners and admins alone.
#[derive(Debug, Clone)]
pub struct WebhookMessages {
    app: App,
}

/// Which messages to list.
#[derive(Debug, Clone, Default)]
pub struct ListMessages<'a> {
    /// Those in this state: see [`MessageView::STATES`].
    pub state: Option<&'a str>,
    /// The [`MessagePage::next_cursor`] of the page before.
    pub cursor: Option<&'a str>,
    /// The most of a page, 50 unless said; at most 200.
    pub limit: Option<u32>,
}

/// What was sent once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Replayed {
    /// How many messages.
    pub replayed: u64,
}

impl App {
    /// Messages to webhook endpoints.
    pub fn webhook_messages(&self) -> WebhookMessages {
        WebhookMessages { app: self.clone() }
    }
}

impl WebhookMessages {
    /// The messages to an endpoint, the last made first.
    pub async fn list(
        &self,
        who: &Principal,
        endpoint: &WebhookEndpointId,
        list: &ListMessages<'_>,
    ) -> Result<MessagePage, Error> {
        self.app.administer(who).await?;
        self.app.webhook_endpoints().stored(who, endpoint).await?;
        let known = |state: &&str| MessageView::STATES.contains(state);
        if !list.state.as_ref().is_none_or(known) {
            let expected = format!("one of {}", MessageView::STATES.join(", "));
            return Err(Error::invalid_at("/state", expected));
        }
        let page = Page::read(list.cursor, list.limit)?;
        let filter = MessageFilter {
            endpoint,
            state: list.state,
            since: None,
            before: page.before,
        };
        let store = &self.app.inner.store;
        let found = store.webhook_messages(who.organization(), &filter, page.wanted());
        let mut found = found.await?;
        let next_cursor = page.cut(&mut found, |one| one.seq);
        Ok(MessagePage {
            messages: found.into_iter().map(MessageView::of).collect(),
            next_cursor,
        })
    }

    /// One message.
    pub async fn show(&self, who: &Principal, id: &WebhookMessageId) -> Result<MessageView, Error> {
        self.app.administer(who).await?;
        Ok(MessageView::of(self.stored(who, id).await?))
    }

    /// Has a message sent once more, with the same id.
    ///
    /// # Errors
    ///
    /// `webhook_message_not_ended` where it is still to be sent, `webhook_endpoint_off`,
    /// `webhook_endpoint_not_found` where the endpoint was removed.
    pub async fn replay(
        &self,
        who: &Principal,
        id: &WebhookMessageId,
    ) -> Result<MessageView, Error> {
        self.app.administer(who).await?;
        let stored = self.stored(who, id).await?;
        let event = Event::new(EventKind::WebhookMessageReplayed, who)
            .target("webhook_message", id.as_str())
            .detail("endpoint", stored.endpoint.as_str());
        let replaying = async {
            self.is_on(who, &stored.endpoint).await?;
            let replayed = self.send_again(who, &stored).await?;
            replayed.then_some(()).ok_or_else(error::still_sending)
        };
        self.app.inner.audit.change(event, replaying).await?;
        self.app.inner.webhooks.notify_one();
        self.show(who, id).await
    }

    /// Has every message to an endpoint sent once more that was made since a moment and failed.
    ///
    /// # Errors
    ///
    /// `webhook_endpoint_off`.
    pub async fn replay_failed(
        &self,
        who: &Principal,
        endpoint: &WebhookEndpointId,
        since: Timestamp,
    ) -> Result<Replayed, Error> {
        self.app.administer(who).await?;
        self.app.webhook_endpoints().stored(who, endpoint).await?;
        let event = Event::new(EventKind::WebhookMessageReplayed, who)
            .target("webhook_endpoint", endpoint.as_str())
            .detail("since", since.to_string());
        let replaying = async {
            self.is_on(who, endpoint).await?;
            let (mut replayed, mut before) = (0, None);
            loop {
                let filter = MessageFilter {
                    endpoint,
                    state: Some("failed"),
                    since: Some(since),
                    before,
                };
                let store = &self.app.inner.store;
                let found = store.webhook_messages(who.organization(), &filter, BATCH);
                let found = found.await?;
                for one in &found {
                    replayed += u64::from(self.send_again(who, one).await?);
                    // Downwards: one that fails again meanwhile is not met again.
                    before = Some(one.seq);
                }
                if found.is_empty() {
                    return Ok(Replayed { replayed });
                }
            }
        };
        let replayed = self.app.inner.audit.change(event, replaying).await?;
        self.app.inner.webhooks.notify_one();
        Ok(replayed)
    }

    async fn send_again(
        &self,
        who: &Principal,
        stored: &StoredWebhookMessage,
    ) -> Result<bool, Error> {
        let job = self
            .app
            .sending(&stored.id, &stored.endpoint, &stored.kind)?;
        let store = &self.app.inner.store;
        let replayed = store.replay_webhook_message(who.organization(), &stored.id, &job);
        Ok(replayed.await?)
    }

    async fn is_on(&self, who: &Principal, endpoint: &WebhookEndpointId) -> Result<(), Error> {
        let endpoint = self.app.webhook_endpoints().stored(who, endpoint).await?;
        endpoint.enabled.then_some(()).ok_or_else(error::off)
    }

    async fn stored(
        &self,
        who: &Principal,
        id: &WebhookMessageId,
    ) -> Result<StoredWebhookMessage, Error> {
        let store = &self.app.inner.store;
        let found = store.webhook_message(who.organization(), id).await?;
        found.ok_or_else(error::no_message)
    }
}
