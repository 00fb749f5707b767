//! The kit finds what a provider does not hold.

use keyway::provider::{
    Fixture, Granularity, InstallKind, IntegrationProvider, McpToolDescriptor, ProviderContext,
    PublicationOffer, Random, Refused, SessionDispatch, SignedWebhook, WebhookEvent,
    WebhookOutcome, WebhookRequest, Workspace, sign,
};
use keyway::{Error, Secret, provider::Effect};
use keyway_testing::{ProviderKit, UpperCase};
use serde_json::{Value, json};

/// What is wrong with a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// The first bytes of the body count alone.
    HalfBody,
    /// Whoever has no secret is heard.
    AnySignature,
    /// An empty secret is one.
    EmptySecret,
    /// The first of two headers counts.
    FirstHeader,
    /// Every event has one key.
    OneKey,
    /// The workspace does not count.
    AnyWorkspace,
    /// A header that nobody signed says which event it is.
    UnsignedKey,
    /// A rule is told as it is.
    NoWords,
    /// A tool wants a scope that is not offered, by a schema that is none.
    BadTool,
    /// Nothing can be tried.
    NoFixtures,
}

struct Pager(Fault);

const FIXTURES: &[Fixture] = &[Fixture {
    name: "page",
    about: "somebody is paged",
    headers: &[("x-event-id", "1")],
    body: r#"{ "id": "{{id}}", "at": "{{workspace}}", "text": "wake up" }"#,
}];

const BAD: &[McpToolDescriptor] = &[McpToolDescriptor {
    name: "Page-Me",
    title: "",
    description: "Pages somebody.",
    scope: "page.create",
    effect: Effect::Writes,
    idempotent: false,
    input_schema: || json!({ "type": "nothing", "required": ["who"] }),
}];

impl IntegrationProvider for Pager {
    fn id(&self) -> &'static str {
        "pager"
    }

    fn display_name(&self) -> &'static str {
        "Pager"
    }

    fn install(&self) -> InstallKind {
        InstallKind::Credentials
    }

    fn publication(&self) -> PublicationOffer {
        PublicationOffer::of(&[Granularity::PerEvent], Granularity::PerEvent)
    }

    fn new_secret(&self, _: &Value, random: &dyn Random) -> Secret<String> {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Secret::new(sign::base64(&bytes))
    }

    fn check(&self, _: &ProviderContext<'_>, _: Granularity) -> Result<(), Error> {
        Ok(())
    }

    fn verify_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Result<(), Refused> {
        let header = match self.0 {
            Fault::FirstHeader => request
                .headers
                .get("x-sign")
                .and_then(|it| it.to_str().ok()),
            _ => request.header("x-sign"),
        };
        let signature = header.and_then(sign::unhex).ok_or(Refused::Unsigned)?;
        let key = context.secret.expose().as_bytes();
        let body = match self.0 {
            Fault::HalfBody => half(request.body),
            _ => request.body,
        };
        let good = sign::Algorithm::Sha256.verifies(key, &[body], &signature);
        let known = !key.is_empty() || self.0 == Fault::EmptySecret;
        let any = self.0 == Fault::AnySignature;
        (any || good && known)
            .then_some(())
            .ok_or(Refused::Signature)
    }

    fn headers(&self, _: &ProviderContext<'_>) -> Vec<String> {
        Vec::new()
    }

    fn parse_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> WebhookOutcome {
        let body: Value = serde_json::from_slice(request.body).unwrap_or_default();
        let there = context.workspace.map(|there| there.id.as_str());
        if self.0 != Fault::AnyWorkspace && body.get("at").and_then(Value::as_str) != there {
            return WebhookOutcome::Ignored {
                dedupe_key: sign::digest(request.body),
                rule: "elsewhere".into(),
            };
        }
        let key = match self.0 {
            Fault::OneKey => "page".to_owned(),
            Fault::UnsignedKey => {
                let id = request.header("x-event-id").unwrap_or_default();
                format!("{id}{}", sign::digest(request.body))
            }
            _ => sign::digest(request.body),
        };
        WebhookOutcome::Accepted(WebhookEvent::new(key, "wake up"))
    }

    fn explain(&self, rule: &str) -> String {
        match rule {
            rule if self.0 == Fault::NoWords => rule.to_owned(),
            "signed" => "it was signed".to_owned(),
            "elsewhere" => "it is for somebody else".to_owned(),
            _ => "a rule of an earlier release".to_owned(),
        }
    }

    fn dispatch(&self, event: &WebhookEvent, _: Granularity) -> Option<SessionDispatch> {
        Some(event.alone())
    }

    fn tools(&self) -> &'static [McpToolDescriptor] {
        if self.0 == Fault::BadTool { BAD } else { &[] }
    }

    fn fixtures(&self) -> &'static [Fixture] {
        if self.0 == Fault::NoFixtures {
            &[]
        } else {
            FIXTURES
        }
    }

    fn sign_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Option<SignedWebhook> {
        let body = match self.0 {
            Fault::HalfBody => half(request.body),
            _ => request.body,
        };
        let key = context.secret.expose().as_bytes();
        let tag = sign::hex(&sign::Algorithm::Sha256.sign(key, &[body]));
        let mut headers = request.headers.clone();
        headers.insert("x-sign", tag.parse().ok()?);
        Some(SignedWebhook {
            headers,
            body: request.body.to_vec(),
        })
    }
}

/// The first bytes of a body.
fn half(body: &[u8]) -> &[u8] {
    body.get(..30).unwrap_or(body)
}

fn findings(fault: Fault) -> Vec<String> {
    let provider = Pager(fault);
    let kit = ProviderKit::of(&provider).workspace(Workspace::new("w-1", "Acme"));
    kit.upper_case(UpperCase::Taken).findings()
}

#[test]
fn the_kit_finds_nothing_where_everything_holds_and_each_fault_where_it_is() {
    assert_eq!(findings(Fault::None), Vec::<String>::new());
    for (fault, found) in [
        (Fault::HalfBody, "another byte at 30 of the body"),
        (Fault::AnySignature, "taken with another secret"),
        (Fault::AnySignature, "another character at 0 of `x-sign`"),
        (Fault::EmptySecret, "signed with an empty secret"),
        (Fault::FirstHeader, "taken with `x-sign` twice"),
        (Fault::OneKey, "has the key of another event"),
        (Fault::AnyWorkspace, "wakes the agent of another workspace"),
        (Fault::AnyWorkspace, "wakes an agent that is not installed"),
        (
            Fault::UnsignedKey,
            "depends on a header that it does not name",
        ),
        (Fault::NoWords, "the rule `signed` has no words"),
        (
            Fault::BadTool,
            "wants the scope `page.create`, which is not offered",
        ),
        (Fault::BadTool, "has a schema that cannot be used"),
        (Fault::BadTool, "has no name in lower case"),
        (Fault::BadTool, "requires `who`, which it does not describe"),
        (Fault::NoFixtures, "it has no fixtures"),
    ] {
        let all = findings(fault);
        assert!(
            all.iter().any(|one| one.contains(found)),
            "{fault:?}: {all:#?}"
        );
    }
}

#[test]
fn the_kit_holds_a_moment_and_upper_case_against_what_is_said_of_them() {
    let provider = Pager(Fault::None);
    let kit = || ProviderKit::of(&provider).workspace(Workspace::new("w-1", "Acme"));
    let timed = kit().timed(std::time::Duration::from_mins(1)).findings();
    for found in [
        "is taken 61 s later",
        "is taken -61 s later",
        "in upper case",
    ] {
        assert!(timed.iter().any(|one| one.contains(found)), "{timed:#?}");
    }
}
