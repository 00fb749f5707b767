//! The generic webhook: any system that signs what it sends with HMAC or as Standard Webhooks has it.
//! Where the event's key, conversation and text are is said by JSON pointers.

mod fixtures;
mod install;
mod parse;
mod publication;
mod settings;
#[cfg(test)]
mod tests;
mod verify;

use keyway_core::ports::Random;
use keyway_core::provider::{
    Examples, Fixture, Granularity, InstallKind, IntegrationProvider, ProviderContext,
    PublicationOffer, Refused, SessionDispatch, SignedWebhook, WebhookEvent, WebhookOutcome,
    WebhookRequest,
};
use keyway_core::{Error, Secret};
use serde_json::Value;

use self::settings::{Settings, Triggers, Verification};

/// The provider of signed webhooks of whatever system.
#[derive(Debug, Clone, Copy)]
pub struct Webhook;

impl IntegrationProvider for Webhook {
    fn id(&self) -> &'static str {
        "webhook"
    }

    fn display_name(&self) -> &'static str {
        "Webhook"
    }

    fn install(&self) -> InstallKind {
        InstallKind::Credentials
    }

    fn publication(&self) -> PublicationOffer {
        publication::OFFER
    }

    fn examples(&self) -> Examples {
        publication::EXAMPLES
    }

    fn new_secret(&self, settings: &Value, random: &dyn Random) -> Secret<String> {
        install::new_secret(settings, random)
    }

    fn check(&self, context: &ProviderContext<'_>, granularity: Granularity) -> Result<(), Error> {
        install::check(context, granularity)
    }

    fn verify_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Result<(), Refused> {
        let settings = Settings::read(context.settings).map_err(|_| Refused::Unsigned)?;
        verify::verify(&settings.verification, request, context)
    }

    fn headers(&self, context: &ProviderContext<'_>) -> Vec<String> {
        match Settings::read(context.settings).map(|settings| settings.verification) {
            Ok(Verification::StandardWebhooks { .. }) => vec![verify::ID.to_owned()],
            _ => Vec::new(),
        }
    }

    fn parse_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> WebhookOutcome {
        let read = Settings::read(context.settings).ok();
        let read = read.zip(Triggers::read(context.triggers).ok());
        match read {
            Some((settings, triggers)) => parse::parse(&settings, &triggers, request),
            None => parse::ignored(request, "settings_unreadable"),
        }
    }

    fn fixtures(&self) -> &'static [Fixture] {
        fixtures::FIXTURES
    }

    fn sign_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Option<SignedWebhook> {
        fixtures::sign(request, context)
    }

    fn explain(&self, rule: &str) -> String {
        parse::explain(rule)
    }

    fn dispatch(&self, event: &WebhookEvent, granularity: Granularity) -> Option<SessionDispatch> {
        publication::dispatch(event, granularity)
    }
}
