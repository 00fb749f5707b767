use std::time::Duration;

use keyway_core::{Error, Principal, Secret, WebhookEndpointId};
use keyway_store::{EndpointChange, NewWebhookEndpoint, RotatedEndpoint, StoredWebhookEndpoint};
use serde_json::json;
use url::Url;

use super::message::Telling;
use super::secret::{Slot, generate};
use super::{
    EndpointDraft, EndpointPage, EndpointPatch, EndpointView, EventType, MessageView, address,
    error, kind,
};
use crate::audit::{Event, EventKind};
use crate::connectors::by;
use crate::jobs::later;
use crate::pages::Page;
use crate::{App, access};

/// How long messages are signed with a secret that was replaced as well.
const OVERLAP: Duration = Duration::from_hours(24);

/// Where an organization is told of what happens in it: for owners and admins alone.
#[derive(Debug, Clone)]
pub struct WebhookEndpoints {
    pub(super) app: App,
}

/// An endpoint, and the secret that is shown this once.
#[derive(Debug, Clone)]
pub struct MadeEndpoint {
    /// The endpoint.
    pub endpoint: EndpointView,
    /// What messages to it are signed with.
    pub secret: Secret<String>,
}

impl App {
    /// Where organizations are told of what happens in them.
    pub fn webhook_endpoints(&self) -> WebhookEndpoints {
        WebhookEndpoints { app: self.clone() }
    }
}

impl WebhookEndpoints {
    /// A page of the endpoints of the organization of `who`, the last made first.
    pub async fn list(
        &self,
        who: &Principal,
        cursor: Option<&str>,
        limit: Option<u32>,
    ) -> Result<EndpointPage, Error> {
        self.app.administer(who).await?;
        let page = Page::read(cursor, limit)?;
        let store = &self.app.inner.store;
        let found = store.webhook_endpoints(who.organization(), page.before, page.wanted());
        let mut found = found.await?;
        let next_cursor = page.cut(&mut found, |one| one.seq);
        Ok(EndpointPage {
            webhook_endpoints: found.into_iter().map(|one| self.view(one)).collect(),
            next_cursor,
        })
    }

    /// One endpoint.
    pub async fn show(
        &self,
        who: &Principal,
        id: &WebhookEndpointId,
    ) -> Result<EndpointView, Error> {
        self.app.administer(who).await?;
        Ok(self.view(self.stored(who, id).await?))
    }

    /// Makes an endpoint.
    ///
    /// # Errors
    ///
    /// `invalid_input` with what is wrong at its field; `too_many_webhook_endpoints`.
    pub async fn create(
        &self,
        who: &Principal,
        draft: &EndpointDraft,
    ) -> Result<MadeEndpoint, Error> {
        let inner = &self.app.inner;
        let id = WebhookEndpointId::generate(&*inner.clock, &*inner.random);
        let event = event(who, EventKind::WebhookEndpointMade, &id);
        let asked = async {
            self.by_hand(who).await?;
            let events = kind::checked(&draft.events)?;
            Ok((self.address(&draft.url).await?, events))
        };
        let (url, events) = inner.audit.checked(event.clone(), asked).await?;
        let event = event.detail("host", host(&url));
        let secret = generate(&*inner.random);
        let made = async {
            let organization = who.organization();
            let new = NewWebhookEndpoint {
                secret: Slot::Current.seal(&inner.vault, organization, &id, &secret)?,
                id: id.clone(),
                with: EndpointChange {
                    url: url.to_string(),
                    events,
                    enabled: draft.enabled,
                    at: inner.clock.now(),
                    by: by(who),
                },
            };
            let most = self.app.settings().webhooks.endpoints;
            let made = inner
                .store
                .create_webhook_endpoint(organization, &new, most);
            made.await?
                .then_some(())
                .ok_or_else(|| error::too_many(most))
        };
        inner.audit.change(event, made).await?;
        let endpoint = self.view(self.stored(who, &id).await?);
        Ok(MadeEndpoint { endpoint, secret })
    }

    /// Changes an endpoint. One that is switched on begins in good health.
    ///
    /// # Errors
    ///
    /// `webhook_endpoint_changed` where somebody else changed it since it was read.
    pub async fn change(
        &self,
        who: &Principal,
        id: &WebhookEndpointId,
        patch: EndpointPatch,
    ) -> Result<EndpointView, Error> {
        self.app.administer(who).await?;
        let stored = self.stored(who, id).await?;
        let inner = &self.app.inner;
        let event = event(who, EventKind::WebhookEndpointChanged, id);
        let event = event.detail("changed", patch.changes());
        let change = async {
            // Where it leads outlives the client that changed it.
            access::made_by_hand(who)?;
            if patch.revision.is_some_and(|read| read != stored.revision) {
                return Err(error::stale());
            }
            let change = EndpointChange {
                url: match &patch.url {
                    Some(url) => self.address(url).await?.to_string(),
                    None => stored.url.clone(),
                },
                events: match &patch.events {
                    Some(events) => kind::checked(events)?,
                    None => stored.events.clone(),
                },
                enabled: patch.enabled.unwrap_or(stored.enabled),
                at: inner.clock.now(),
                by: by(who),
            };
            let changed = inner.store.change_webhook_endpoint(&stored, &change);
            changed.await?.then_some(()).ok_or_else(error::stale)
        };
        inner.audit.change(event, change).await?;
        Ok(self.view(self.stored(who, id).await?))
    }

    /// Replaces the secret. For a day messages are signed with the one before as well.
    pub async fn rotate(
        &self,
        who: &Principal,
        id: &WebhookEndpointId,
    ) -> Result<MadeEndpoint, Error> {
        let inner = &self.app.inner;
        let event = event(who, EventKind::WebhookEndpointRotated, id);
        inner
            .audit
            .checked(event.clone(), self.by_hand(who))
            .await?;
        let stored = self.stored(who, id).await?;
        let secret = generate(&*inner.random);
        let rotating = async {
            let (vault, organization) = (&inner.vault, who.organization());
            let sealed = inner
                .store
                .webhook_endpoint_secret(organization, id)
                .await?;
            let sealed = sealed.ok_or_else(error::not_found)?;
            let before = Slot::Current.open(vault, organization, id, &sealed)?;
            let at = inner.clock.now();
            let rotated = RotatedEndpoint {
                secret: Slot::Current.seal(vault, organization, id, &secret)?,
                before: Slot::Before.seal(vault, organization, id, &before)?,
                until: later(at, OVERLAP),
                at,
                by: by(who),
            };
            let done = inner.store.rotate_webhook_endpoint(&stored, &rotated);
            done.await?.then_some(()).ok_or_else(error::stale)
        };
        inner.audit.change(event, rotating).await?;
        let endpoint = self.view(self.stored(who, id).await?);
        Ok(MadeEndpoint { endpoint, secret })
    }

    /// Removes an endpoint: its secret is gone, and nothing is sent to it any more.
    pub async fn remove(&self, who: &Principal, id: &WebhookEndpointId) -> Result<(), Error> {
        self.app.administer(who).await?;
        self.stored(who, id).await?;
        let inner = &self.app.inner;
        let removing = async {
            let (at, by) = (inner.clock.now(), by(who));
            let store = &inner.store;
            let removed = store.remove_webhook_endpoint(who.organization(), id, at, &by);
            removed.await?.then_some(()).ok_or_else(error::not_found)
        };
        let event = event(who, EventKind::WebhookEndpointRemoved, id);
        inner.audit.change(event, removing).await
    }

    /// Sends an example to an endpoint, whatever it is told of. The answer is the message.
    ///
    /// # Errors
    ///
    /// `webhook_endpoint_off`.
    pub async fn test(
        &self,
        who: &Principal,
        id: &WebhookEndpointId,
    ) -> Result<MessageView, Error> {
        self.app.administer(who).await?;
        let stored = self.stored(who, id).await?;
        let inner = &self.app.inner;
        let telling = Telling {
            kind: EventType::TEST,
            subject: None,
            data: json!({ "endpoint": id }),
            at: inner.clock.now(),
        };
        let sending = async {
            if !stored.enabled {
                return Err(error::off());
            }
            let message = self.app.new_message(who.organization(), id, &telling)?;
            let store = &inner.store;
            store
                .record_webhook_message(who.organization(), &message)
                .await?;
            Ok(message.id)
        };
        let event = event(who, EventKind::WebhookEndpointTested, id);
        let message = inner.audit.change(event, sending).await?;
        inner.webhooks.notify_one();
        self.app.webhook_messages().show(who, &message).await
    }

    /// An endpoint as it is stored.
    pub(super) async fn stored(
        &self,
        who: &Principal,
        id: &WebhookEndpointId,
    ) -> Result<StoredWebhookEndpoint, Error> {
        let store = &self.app.inner.store;
        let found = store.webhook_endpoint(who.organization(), id).await?;
        found.ok_or_else(error::not_found)
    }

    fn view(&self, stored: StoredWebhookEndpoint) -> EndpointView {
        EndpointView::of(stored, self.app.inner.clock.now())
    }

    /// Refuses who may not, and OAuth clients: a secret outlives their grant.
    async fn by_hand(&self, who: &Principal) -> Result<(), Error> {
        self.app.administer(who).await?;
        access::made_by_hand(who)
    }

    /// Reads an address that somebody typed, and refuses one that the guard lets nothing out to.
    async fn address(&self, url: &str) -> Result<Url, Error> {
        let url = address::read(url)?;
        self.app.connectors().permitted(&url).await?;
        Ok(url)
    }
}

fn event(who: &Principal, kind: EventKind, id: &WebhookEndpointId) -> Event {
    Event::new(kind, who).target("webhook_endpoint", id.as_str())
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}
