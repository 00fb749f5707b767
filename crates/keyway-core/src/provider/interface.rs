use serde_json::Value;

use super::{
    Granularity, InstallKind, ProviderContext, PublicationOffer, Refused, SessionDispatch,
    WebhookEvent, WebhookOutcome, WebhookRequest,
};
use crate::ports::Random;
use crate::{Error, Secret};

/// A third party's system as the gateway knows it. Registering one is all it takes: its webhooks, its
/// publications and its place in lists are made of what is said here.
///
/// Every function is pure. What comes in was sent by a stranger until [`verify_webhook`] said otherwise,
/// and nothing of it is looked at, stored or logged before.
///
/// [`verify_webhook`]: IntegrationProvider::verify_webhook
///
/// ```
/// use keyway_core::provider::*;
/// use keyway_core::{Error, Secret, ports::Random};
/// use serde_json::Value;
///
/// /// Everything whose body is the secret.
/// struct Knock;
///
/// impl IntegrationProvider for Knock {
///     fn id(&self) -> &'static str {
///         "knock"
///     }
///     fn display_name(&self) -> &'static str {
///         "Knock"
///     }
///     fn install(&self) -> InstallKind {
///         InstallKind::Credentials
///     }
///     fn publication(&self) -> PublicationOffer {
///         PublicationOffer { granularities: &[Granularity::PerEvent], usual: Granularity::PerEvent }
///     }
///     fn new_secret(&self, _settings: &Value, _random: &dyn Random) -> Secret<String> {
///         Secret::new("knock knock".into())
///     }
///     fn check(&self, _context: &ProviderContext<'_>, _: Granularity) -> Result<(), Error> {
///         Ok(())
///     }
///     fn verify_webhook(
///         &self,
///         request: &WebhookRequest<'_>,
///         context: &ProviderContext<'_>,
///     ) -> Result<(), Refused> {
///         let same = sign::same(request.body, context.secret.expose().as_bytes());
///         same.then_some(()).ok_or(Refused::Signature)
///     }
///     fn headers(&self, _context: &ProviderContext<'_>) -> Vec<String> {
///         Vec::new()
///     }
///     fn parse_webhook(
///         &self,
///         request: &WebhookRequest<'_>,
///         _context: &ProviderContext<'_>,
///     ) -> WebhookOutcome {
///         WebhookOutcome::Accepted(WebhookEvent::new(sign::digest(request.body), "who is there?"))
///     }
///     fn explain(&self, _rule: &str) -> String {
///         "whoever knows the secret is heard".into()
///     }
///     fn dispatch(&self, event: &WebhookEvent, _: Granularity) -> Option<SessionDispatch> {
///         Some(event.alone())
///     }
/// }
///
/// let providers = Providers::new([Box::new(Knock) as Box<dyn IntegrationProvider>]).unwrap();
/// assert_eq!(providers.get("knock").unwrap().display_name(), "Knock");
/// ```
pub trait IntegrationProvider: Send + Sync + 'static {
    /// Its id: see [`crate::names::PROVIDER_ID`].
    fn id(&self) -> &'static str;

    /// Its name for people.
    fn display_name(&self) -> &'static str;

    /// How it is installed.
    fn install(&self) -> InstallKind;

    /// What its publications can be like.
    fn publication(&self) -> PublicationOffer;

    /// Makes what webhooks are to be signed with, where nobody brought one.
    fn new_secret(&self, settings: &Value, random: &dyn Random) -> Secret<String>;

    /// Says whether settings, triggers and secret can be used together.
    ///
    /// # Errors
    ///
    /// `invalid_input` with everything that is wrong at its place, below `/settings`, `/triggers` or
    /// `/secret`. No message repeats a value.
    fn check(&self, context: &ProviderContext<'_>, granularity: Granularity) -> Result<(), Error>;

    /// Whether the request was sent by who has the secret, and just now. Looks at raw bytes only, and
    /// compares in constant time.
    fn verify_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Result<(), Refused>;

    /// The headers that [`parse_webhook`](Self::parse_webhook) reads, in lower case. Others are not kept.
    fn headers(&self, context: &ProviderContext<'_>) -> Vec<String>;

    /// What a request that was verified means. It may be asked again later about the same one.
    fn parse_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> WebhookOutcome;

    /// What a rule says that [`parse_webhook`](Self::parse_webhook) gave, for a person who wonders why the
    /// agent spoke or did not.
    fn explain(&self, rule: &str) -> String;

    /// Where an event leads; `None` where it does not say what the granularity goes by.
    fn dispatch(&self, event: &WebhookEvent, granularity: Granularity) -> Option<SessionDispatch>;
}
