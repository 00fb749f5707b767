use http::{HeaderMap, HeaderName, HeaderValue};
use keyway_core::provider::{
    Fill, Fixture, ProviderContext, Refused, SignedWebhook, WebhookOutcome, WebhookRequest,
};

use super::ProviderKit;

/// A fixture as it is sent.
pub(super) struct Sent {
    pub(super) name: &'static str,
    pub(super) webhook: SignedWebhook,
    /// The headers that signing added.
    pub(super) proof: Vec<HeaderName>,
}

impl ProviderKit<'_> {
    /// A fixture, filled and signed; nothing where the provider cannot sign it.
    pub(super) fn sent(
        &self,
        fixture: &Fixture,
        id: &str,
        context: &ProviderContext<'_>,
    ) -> Option<Sent> {
        let fill = Fill {
            context,
            app: &self.provider.app(context.settings),
            id,
        };
        let body = fill.fill(fixture.body);
        let mut headers = HeaderMap::new();
        for (name, value) in fixture.headers {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        let request = WebhookRequest {
            headers: &headers,
            body: body.as_bytes(),
        };
        let webhook = self.provider.sign_webhook(&request, context)?;
        let added = webhook.headers.keys();
        let proof = added.filter(|name| !headers.contains_key(*name)).cloned();
        Some(Sent {
            name: fixture.name,
            proof: proof.collect(),
            webhook,
        })
    }

    pub(super) fn verify(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        context: &ProviderContext<'_>,
    ) -> Result<(), Refused> {
        let request = WebhookRequest { headers, body };
        self.provider.verify_webhook(&request, context)
    }

    pub(super) fn parse(
        &self,
        webhook: &SignedWebhook,
        context: &ProviderContext<'_>,
    ) -> WebhookOutcome {
        let request = WebhookRequest {
            headers: &webhook.headers,
            body: &webhook.body,
        };
        self.provider.parse_webhook(&request, context)
    }
}
