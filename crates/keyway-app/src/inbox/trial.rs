use http::HeaderMap;
use keyway_core::provider::{Fill, SignedWebhook, WebhookRequest};
use keyway_core::{Error, Kind, Principal, PublicationId};
use keyway_store::StoredPublication;

use super::judge::judge;
use super::{Deliveries, DeliveryView};
use crate::publications;

/// A webhook to try a publication with, as it is written down.
#[derive(Debug, Clone, Copy)]
pub struct TrialOf<'a> {
    /// The publication.
    pub publication: &'a PublicationId,
    /// The headers, without those of a signature.
    pub headers: &'a HeaderMap,
    /// The body, with [marks](Fill) in it.
    pub body: &'a str,
}

/// The same, signed as the third party would.
#[derive(Debug)]
pub struct Trial {
    publication: StoredPublication,
    /// What is to be sent to the publication's address.
    pub webhook: SignedWebhook,
}

impl Deliveries {
    /// Signs a webhook with the secret of a publication, as its third party would just now.
    ///
    /// # Errors
    ///
    /// `publication_not_found`; `webhook_not_signed` where the provider cannot sign this one.
    pub async fn sign(&self, who: &Principal, trial: &TrialOf<'_>) -> Result<Trial, Error> {
        self.app.administer(who).await?;
        let store = &self.app.inner.store;
        let found = store.publication(who.organization(), trial.publication);
        let publication = found.await?.ok_or_else(publications::not_found)?;
        let (provider, told) = self.app.behind(&publication).await?;
        let context = told.context(&self.app);
        let mut bytes = [0; 4];
        self.app.inner.random.fill(&mut bytes);
        let id = format!("{:06}", u32::from_le_bytes(bytes) % 1_000_000);
        let fill = Fill {
            context: &context,
            app: &provider.app(context.settings),
            id: &id,
        };
        let body = fill.fill(trial.body);
        let request = WebhookRequest {
            headers: trial.headers,
            body: body.as_bytes(),
        };
        let webhook = provider.sign_webhook(&request, &context);
        let webhook = webhook.ok_or_else(not_signed)?;
        Ok(Trial {
            publication,
            webhook,
        })
    }

    /// What was recorded of a webhook that was sent to try a publication.
    pub async fn of_trial(
        &self,
        who: &Principal,
        trial: &Trial,
    ) -> Result<Option<DeliveryView>, Error> {
        self.app.administer(who).await?;
        let publication = &trial.publication;
        let (provider, told) = self.app.behind(publication).await?;
        let context = told.context(&self.app);
        let request = WebhookRequest {
            headers: &trial.webhook.headers,
            body: &trial.webhook.body,
        };
        let key = judge(provider, publication, &request, &context).dedupe_key;
        let store = &self.app.inner.store;
        let installation = &publication.installation;
        let found = store.delivery_of_event(who.organization(), installation, &key);
        Ok(found.await?.map(|found| self.view(found)))
    }
}

fn not_signed() -> Error {
    Error::new(
        Kind::Invalid,
        "webhook_not_signed",
        "the provider cannot sign this webhook",
    )
    .with_hint(
        "it has to be in the form that the third party sends, and the provider has to sign at all",
    )
}
