use std::time::Duration;

use jiff::Timestamp;
use keyway_core::Secret;
use keyway_core::ports::Random;
use keyway_core::provider::{
    Fixture, Granularity, IntegrationProvider, ProviderContext, Workspace,
};
use serde_json::{Value, json};

use super::{meaning, proof, table};

/// Whether hexadecimal in upper case proves the same as in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpperCase {
    /// It does.
    Taken,
    /// It is refused, or is another signature as in Base64.
    Refused,
}

/// Holds a provider against what the gateway relies on, whatever the third party: its webhooks are its
/// [fixtures](IntegrationProvider::fixtures), signed as it says itself.
///
/// * Its table: names, scopes of tools and replies, schemas, examples, granularities.
/// * Its signatures: what is signed is taken; a changed byte anywhere, a shorter or longer body, another or
///   no secret, a header that is missing, changed or there twice, and a moment too far away are not.
/// * What it makes of them: the same each time, in any order, from the headers it names alone; another key
///   for another event; nothing for another workspace, or before it is installed; and every rule has words.
///
/// ```
/// use std::time::Duration;
///
/// use keyway::provider::*;
/// use keyway::{Error, Secret};
/// use keyway_testing::ProviderKit;
/// use serde_json::Value;
///
/// /// Whoever signs the body is heard.
/// struct Pager;
///
/// const PAGE: Fixture = Fixture {
///     name: "page",
///     about: "somebody is paged",
///     headers: &[],
///     body: r#"{ "id": "{{id}}", "text": "wake up" }"#,
/// };
///
/// impl IntegrationProvider for Pager {
///     fn id(&self) -> &'static str { "pager" }
///     fn display_name(&self) -> &'static str { "Pager" }
///     fn install(&self) -> InstallKind { InstallKind::Credentials }
///     fn publication(&self) -> PublicationOffer {
///         PublicationOffer::of(&[Granularity::PerEvent], Granularity::PerEvent)
///     }
///     fn new_secret(&self, _: &Value, random: &dyn keyway_core::ports::Random) -> Secret<String> {
///         let mut bytes = [0; 32];
///         random.fill(&mut bytes);
///         Secret::new(sign::base64(&bytes))
///     }
///     fn check(&self, _: &ProviderContext<'_>, _: Granularity) -> Result<(), Error> { Ok(()) }
///     fn verify_webhook(
///         &self,
///         request: &WebhookRequest<'_>,
///         context: &ProviderContext<'_>,
///     ) -> Result<(), Refused> {
///         let signature = request.header("x-sign").and_then(sign::unbase64);
///         let signature = signature.ok_or(Refused::Unsigned)?;
///         let key = context.secret.expose().as_bytes();
///         let good = sign::Algorithm::Sha256.verifies(key, &[request.body], &signature);
///         (good && !key.is_empty()).then_some(()).ok_or(Refused::Signature)
///     }
///     fn headers(&self, _: &ProviderContext<'_>) -> Vec<String> { Vec::new() }
///     fn parse_webhook(
///         &self,
///         request: &WebhookRequest<'_>,
///         _: &ProviderContext<'_>,
///     ) -> WebhookOutcome {
///         WebhookOutcome::Accepted(WebhookEvent::new(sign::digest(request.body), "wake up"))
///     }
///     fn explain(&self, rule: &str) -> String {
///         match rule { "signed" => "it was signed", _ => "a rule of an earlier release" }.to_owned()
///     }
///     fn dispatch(&self, event: &WebhookEvent, _: Granularity) -> Option<SessionDispatch> {
///         Some(event.alone())
///     }
///     fn fixtures(&self) -> &'static [Fixture] { &[PAGE] }
///     fn sign_webhook(
///         &self,
///         request: &WebhookRequest<'_>,
///         context: &ProviderContext<'_>,
///     ) -> Option<SignedWebhook> {
///         let key = context.secret.expose().as_bytes();
///         let tag = sign::base64(&sign::Algorithm::Sha256.sign(key, &[request.body]));
///         let mut headers = request.headers.clone();
///         headers.insert("x-sign", tag.parse().ok()?);
///         Some(SignedWebhook { headers, body: request.body.to_vec() })
///     }
/// }
///
/// ProviderKit::of(&Pager).check();
/// let timed = ProviderKit::of(&Pager).timed(Duration::from_secs(300)).findings();
/// assert!(timed.iter().any(|one| one.contains("301 s")), "{timed:?}");
/// ```
pub struct ProviderKit<'a> {
    pub(super) provider: &'a dyn IntegrationProvider,
    pub(super) settings: Value,
    pub(super) triggers: Value,
    pub(super) secret: Secret<String>,
    pub(super) workspace: Option<Workspace>,
    pub(super) granularity: Granularity,
    pub(super) window: Option<Duration>,
    pub(super) upper_case: UpperCase,
    pub(super) rules: Vec<&'static str>,
    pub(super) more: Vec<Fixture>,
    pub(super) now: Timestamp,
}

/// Bytes that are not random, and others for each seed.
pub(super) struct Bytes(pub(super) u8);

impl Random for Bytes {
    fn fill(&self, buffer: &mut [u8]) {
        for (at, byte) in (0_u8..=255).cycle().zip(buffer) {
            *byte = at.wrapping_mul(31) ^ self.0;
        }
    }
}

impl<'a> ProviderKit<'a> {
    /// The provider as it is by itself: no settings, no triggers, its usual granularity and a secret that it
    /// makes.
    pub fn of(provider: &'a dyn IntegrationProvider) -> Self {
        let settings = json!({});
        Self {
            secret: provider.new_secret(&settings, &Bytes(1)),
            granularity: provider.publication().usual,
            provider,
            settings,
            triggers: json!({}),
            workspace: None,
            window: None,
            upper_case: UpperCase::Refused,
            rules: Vec::new(),
            more: Vec::new(),
            now: Timestamp::from_second(1_800_000_000).expect("a moment"),
        }
    }

    /// With settings, and a secret made for them.
    #[must_use]
    pub fn settings(mut self, settings: Value) -> Self {
        self.secret = self.provider.new_secret(&settings, &Bytes(1));
        self.settings = settings;
        self
    }

    /// With triggers that the fixtures meet.
    #[must_use]
    pub fn triggers(mut self, triggers: Value) -> Self {
        self.triggers = triggers;
        self
    }

    /// Installed somewhere: what comes from elsewhere may wake nobody.
    #[must_use]
    pub fn workspace(mut self, workspace: Workspace) -> Self {
        self.workspace = Some(workspace);
        self
    }

    /// With another granularity.
    #[must_use]
    pub fn granularity(mut self, granularity: Granularity) -> Self {
        self.granularity = granularity;
        self
    }

    /// The third party signs the moment of sending, which may be so far from now and not a second more.
    #[must_use]
    pub fn timed(mut self, window: Duration) -> Self {
        self.window = Some(window);
        self
    }

    /// What upper case in a signature is.
    #[must_use]
    pub fn upper_case(mut self, upper_case: UpperCase) -> Self {
        self.upper_case = upper_case;
        self
    }

    /// Rules that the provider may give, beside those that its fixtures meet.
    #[must_use]
    pub fn rules(mut self, rules: impl IntoIterator<Item = &'static str>) -> Self {
        self.rules.extend(rules);
        self
    }

    /// With one more webhook that wakes the agent.
    #[must_use]
    pub fn fixture(mut self, fixture: Fixture) -> Self {
        self.more.push(fixture);
        self
    }

    /// Everything that does not hold, each in a line.
    pub fn findings(&self) -> Vec<String> {
        let mut findings = table::findings(self);
        findings.extend(proof::findings(self));
        findings.extend(meaning::findings(self));
        findings
    }

    /// Fails the test with everything that does not hold.
    ///
    /// # Panics
    ///
    /// When something does not hold.
    #[track_caller]
    pub fn check(&self) {
        let findings = self.findings();
        let id = self.provider.id();
        assert!(
            findings.is_empty(),
            "the provider `{id}` does not hold:\n- {}",
            findings.join("\n- ")
        );
    }

    pub(super) fn context(&self) -> ProviderContext<'_> {
        ProviderContext {
            settings: &self.settings,
            triggers: &self.triggers,
            secret: &self.secret,
            workspace: self.workspace.as_ref(),
            now: self.now,
        }
    }

    pub(super) fn fixtures(&self) -> impl Iterator<Item = &Fixture> {
        self.provider.fixtures().iter().chain(&self.more)
    }
}

impl std::fmt::Debug for ProviderKit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderKit")
            .field("provider", &self.provider.id())
            .finish_non_exhaustive()
    }
}
