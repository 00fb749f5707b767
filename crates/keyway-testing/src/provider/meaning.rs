//! What a provider makes of webhooks that were verified.

use std::collections::BTreeSet;

use http::{HeaderMap, HeaderValue};
use keyway_core::provider::{
    LONGEST_KEY, ProviderContext, SignedWebhook, WebhookEvent, WebhookOutcome, WebhookRequest,
    Workspace,
};

use super::ProviderKit;
use super::request::Sent;

/// Bodies that are no event of anybody.
const JUNK: [&[u8]; 9] = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"0",
    b"{\"id\":",
    b"\xff\xfe",
    b"payload=%7B%7D",
    b"{\"type\":{},\"event\":[],\"action\":7}",
];
/// A rule that no provider has.
const NO_RULE: &str = "a_rule_that_no_provider_has";

pub(super) fn findings(kit: &ProviderKit<'_>) -> Vec<String> {
    let mut meaning = Meaning {
        kit,
        rules: kit.rules.iter().map(|rule| (*rule).to_owned()).collect(),
        findings: Vec::new(),
    };
    let context = kit.context();
    let mut keys = BTreeSet::new();
    for fixture in kit.fixtures() {
        let sent = ["000001", "000002"].map(|id| kit.sent(fixture, id, &context));
        let [Some(one), Some(other)] = sent else {
            continue;
        };
        let read = [&one, &other].map(|sent| meaning.accepted(sent));
        let [Some(first), Some(second)] = read else {
            continue;
        };
        for key in [&first.dedupe_key, &second.dedupe_key] {
            if !keys.insert(key.clone()) {
                meaning.wrong(&one, "has the key of another event");
            }
        }
        meaning.same_again(&one, &other);
        meaning.headers(&one);
        meaning.event(&one, &first);
        meaning.elsewhere(&one);
        meaning.claim(&one);
    }
    meaning.junk();
    meaning.words();
    meaning.findings
}

struct Meaning<'a, 'k> {
    kit: &'a ProviderKit<'k>,
    /// The rules that were seen.
    rules: BTreeSet<String>,
    findings: Vec<String>,
}

impl Meaning<'_, '_> {
    fn wrong(&mut self, sent: &Sent, what: &str) {
        self.findings.push(format!("`{}` {what}", sent.name));
    }

    fn parse(&mut self, webhook: &SignedWebhook, context: &ProviderContext<'_>) -> WebhookOutcome {
        let outcome = self.kit.parse(webhook, context);
        let rule = match &outcome {
            WebhookOutcome::Accepted(event) | WebhookOutcome::Stopped(event) => event.rule,
            WebhookOutcome::Ignored { rule, .. } => rule.as_str(),
            WebhookOutcome::Changed { rule, .. } => rule,
            WebhookOutcome::Answered(_) => return outcome,
        };
        self.rules.insert(rule.to_owned());
        outcome
    }

    fn accepted(&mut self, sent: &Sent) -> Option<WebhookEvent> {
        match self.parse(&sent.webhook, &self.kit.context()) {
            WebhookOutcome::Accepted(event) => Some(event),
            WebhookOutcome::Ignored { rule, .. } => {
                self.wrong(sent, &format!("wakes nobody: {rule}"));
                None
            }
            _ => {
                self.wrong(sent, "wakes nobody");
                None
            }
        }
    }

    /// The same whenever it is read, and whatever was read before.
    fn same_again(&mut self, one: &Sent, other: &Sent) {
        let context = self.kit.context();
        let read = |sent: &Sent| self.kit.parse(&sent.webhook, &context);
        let forward = (read(one), read(other));
        let back = (read(other), read(one));
        if forward != (back.1, back.0) {
            self.wrong(
                one,
                "is another event when it comes again, or in another order",
            );
        }
    }

    /// Nothing is read that is not kept, and nothing that nobody signed changes what it is.
    fn headers(&mut self, sent: &Sent) {
        let context = self.kit.context();
        let as_sent = self.kit.parse(&sent.webhook, &context);
        let mut kept = HeaderMap::new();
        for name in self.kit.provider.headers(&context) {
            if name != name.to_ascii_lowercase() {
                self.wrong(
                    sent,
                    &format!("reads the header `{name}`, not in lower case"),
                );
            }
            if let Some(value) = sent.webhook.headers.get(&name)
                && let Ok(name) = http::HeaderName::try_from(name.as_str())
            {
                kept.insert(name, value.clone());
            }
        }
        let mut more = sent.webhook.headers.clone();
        for name in ["x-event-id", "x-request-id", "x-retry-num", "webhook-nonce"] {
            more.insert(name, HeaderValue::from_static("another"));
        }
        for headers in [kept, more] {
            let body = sent.webhook.body.clone();
            if self.kit.parse(&SignedWebhook { headers, body }, &context) != as_sent {
                self.wrong(sent, "depends on a header that it does not name");
            }
        }
    }

    /// Keys within bounds, and a conversation for the granularity.
    fn event(&mut self, sent: &Sent, event: &WebhookEvent) {
        let fits = |key: &str| (1..=LONGEST_KEY).contains(&key.len());
        if !fits(&event.dedupe_key) {
            self.wrong(sent, "has an empty key or one that is too long");
        }
        if event.text.trim().is_empty() {
            self.wrong(sent, "says nothing");
        }
        let provider = self.kit.provider;
        let dispatch = provider.dispatch(event, self.kit.granularity);
        match &dispatch {
            None => self.wrong(sent, "belongs to no conversation"),
            Some(to) if !to.conversation.as_deref().is_none_or(fits) => {
                self.wrong(
                    sent,
                    "belongs to a conversation whose key is empty or too long",
                );
            }
            Some(_) => {}
        }
        if dispatch != provider.dispatch(event, self.kit.granularity) {
            self.wrong(sent, "belongs to another conversation each time");
        }
        for granularity in provider.publication().granularities {
            let conversation = provider.dispatch(event, *granularity);
            let conversation = conversation.and_then(|to| to.conversation);
            if !conversation.as_deref().is_none_or(fits) {
                self.wrong(sent, &format!("has a bad conversation {granularity}"));
            }
        }
    }

    /// What is signed with the secret and comes from elsewhere wakes nobody, and neither does anything before
    /// it is installed.
    fn elsewhere(&mut self, sent: &Sent) {
        let Some(there) = &self.kit.workspace else {
            return;
        };
        let another = Workspace {
            id: "987654321".to_owned(),
            ..there.clone()
        };
        for (workspace, what) in [
            (Some(&another), "wakes the agent of another workspace"),
            (None, "wakes an agent that is not installed"),
        ] {
            let context = ProviderContext {
                workspace,
                ..self.kit.context()
            };
            let outcome = self.parse(&sent.webhook, &context);
            if !matches!(outcome, WebhookOutcome::Ignored { .. }) {
                self.wrong(sent, what);
            }
        }
    }

    /// What it says it is for is where it is installed.
    fn claim(&mut self, sent: &Sent) {
        let request = WebhookRequest {
            headers: &sent.webhook.headers,
            body: &sent.webhook.body,
        };
        let provider = self.kit.provider;
        let Some((claim, there)) = provider.claim(&request).zip(self.kit.workspace.as_ref()) else {
            return;
        };
        let app = provider.app(&self.kit.settings);
        if !claim.workspaces.contains(&there.id) || claim.app.is_some_and(|claimed| claimed != app)
        {
            self.wrong(sent, "claims to be for another installation");
        }
    }

    fn junk(&mut self) {
        let context = self.kit.context();
        let deep = [vec![b'['; 2_000], vec![b']'; 2_000]].concat();
        let headers: Vec<HeaderMap> = self
            .kit
            .fixtures()
            .filter_map(|one| self.kit.sent(one, "000001", &context))
            .map(|sent| sent.webhook.headers)
            .collect();
        for body in JUNK.into_iter().chain([deep.as_slice()]) {
            for headers in headers.iter().chain([&HeaderMap::new()]) {
                let webhook = SignedWebhook {
                    headers: headers.clone(),
                    body: body.to_vec(),
                };
                let _ = self.kit.verify(headers, body, &context);
                let outcome = self.parse(&webhook, &context);
                let again = self.kit.parse(&webhook, &context);
                if outcome != again {
                    self.findings
                        .push("junk is another thing each time".to_owned());
                }
                let request = WebhookRequest { headers, body };
                let _ = self.kit.provider.claim(&request);
                let _ = self.kit.provider.challenge(&request);
            }
        }
    }

    /// Every rule has words of its own.
    fn words(&mut self) {
        let unknown = self.kit.provider.explain(NO_RULE);
        for rule in std::mem::take(&mut self.rules) {
            let words = self.kit.provider.explain(&rule);
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            if words == unknown || words.trim().is_empty() || words == rule {
                self.findings
                    .push(format!("the rule `{rule}` has no words"));
            }
            if rule.is_empty() || rule.len() > 64 || !rule.bytes().all(plain) {
                self.findings
                    .push("a rule is no code in lower case".to_owned());
            }
        }
    }
}
