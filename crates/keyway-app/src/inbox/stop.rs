//! Somebody at a third party wants the agent to stop.

use keyway_core::Error;
use keyway_core::provider::{IntegrationProvider, ProviderContext, WebhookOutcome};
use keyway_store::{Delivery, DeliveryFilter, StoredPublication};

use super::accept::{order, session_key};
use super::parcel::Parcel;
use crate::App;

/// The most deliveries of a state that are looked at.
const MOST: u32 = 200;

/// How far what can be stopped is, in the order in which it gets further.
const OPEN: [&str; 3] = ["queued", "retrying", "running"];

/// Who heard it, and for which publication.
#[derive(Clone, Copy)]
pub(super) struct Stop<'a> {
    pub(super) provider: &'a dyn IntegrationProvider,
    pub(super) publication: &'a StoredPublication,
    pub(super) context: &'a ProviderContext<'a>,
}

impl App {
    /// Stops what goes on in a conversation: the turn that runs, and what waits to be said. Where each event is
    /// a conversation of its own, it is what came from the thread of whoever wants it.
    pub(super) async fn stop_heard(
        &self,
        stop: Stop<'_>,
        conversation: Option<&str>,
        thread: Option<&str>,
    ) -> Result<(), Error> {
        match (conversation, thread) {
            (Some(conversation), _) => self.stop_said(stop.publication, conversation).await,
            (None, Some(thread)) => self.stop_thread(stop, thread).await,
            (None, None) => Ok(()),
        }
    }

    async fn stop_thread(&self, stop: Stop<'_>, thread: &str) -> Result<(), Error> {
        let Stop { publication, .. } = stop;
        let store = &self.inner.store;
        for state in OPEN {
            let filter = DeliveryFilter {
                publication: Some(&publication.id),
                state: Some(state),
                ..DeliveryFilter::default()
            };
            let open = store.deliveries(&publication.organization, &filter, MOST);
            for delivery in open.await? {
                if delivery.conversation.is_none() && self.is_from(stop, &delivery, thread).await? {
                    self.stop_said(publication, delivery.id.as_str()).await?;
                }
            }
        }
        Ok(())
    }

    /// Whether a delivery came from a thread.
    async fn is_from(
        &self,
        stop: Stop<'_>,
        delivery: &Delivery,
        thread: &str,
    ) -> Result<bool, Error> {
        let organization = &stop.publication.organization;
        let sealed = self.inner.store.received(organization, &delivery.id);
        let Some(sealed) = sealed.await? else {
            return Ok(false);
        };
        let parcel = Parcel::open(&self.inner.vault, organization, &delivery.id, &sealed);
        // What cannot be opened is said to nobody either, and keeps nothing else from being stopped.
        let Ok(parcel) = parcel else {
            return Ok(false);
        };
        let outcome = stop.provider.parse_webhook(&parcel.request(), stop.context);
        Ok(match outcome {
            WebhookOutcome::Accepted(event) => event.thread.as_deref() == Some(thread),
            _ => false,
        })
    }

    /// Stops what is found by a conversation, or by the one delivery that is one.
    async fn stop_said(
        &self,
        publication: &StoredPublication,
        conversation: &str,
    ) -> Result<(), Error> {
        let key = session_key(publication, conversation);
        let (organization, agent) = (&publication.organization, &publication.agent);
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        store.stop_jobs(organization, &order(&key), now).await?;
        self.inner.inbox.notify_one();
        if let Some(session) = store.session_with_key(organization, agent, &key).await? {
            self.stop_turn(organization, &session).await?;
        }
        Ok(())
    }
}
