//! What a provider takes for signed, and what it does not.

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use keyway_core::Secret;
use keyway_core::provider::ProviderContext;

use super::kit::Bytes;
use super::request::Sent;
use super::{ProviderKit, UpperCase};

pub(super) fn findings(kit: &ProviderKit<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    if kit.fixtures().next().is_none() {
        findings.push("it has no fixtures: nothing of its webhooks can be tried".to_owned());
    }
    for fixture in kit.fixtures() {
        let context = kit.context();
        let Some(sent) = kit.sent(fixture, "000001", &context) else {
            findings.push(format!("it does not sign its fixture `{}`", fixture.name));
            continue;
        };
        let mut of = Of {
            kit,
            sent: &sent,
            findings: &mut findings,
        };
        of.taken();
        of.bodies();
        of.secrets();
        of.headers();
        of.moments();
    }
    findings
}

/// One fixture that was sent.
struct Of<'a, 'k> {
    kit: &'a ProviderKit<'k>,
    sent: &'a Sent,
    findings: &'a mut Vec<String>,
}

impl Of<'_, '_> {
    fn wrong(&mut self, what: &str) {
        self.findings.push(format!("`{}` {what}", self.sent.name));
    }

    fn is_good(&self, headers: &HeaderMap, body: &[u8], context: &ProviderContext<'_>) -> bool {
        self.kit.verify(headers, body, context).is_ok()
    }

    /// Whether these headers and body are taken, all else being as it was signed.
    fn takes(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        self.is_good(headers, body, &self.kit.context())
    }

    fn taken(&mut self) {
        let webhook = &self.sent.webhook;
        if self.sent.proof.is_empty() {
            self.wrong("is signed by no header");
        }
        if !self.takes(&webhook.headers, &webhook.body) {
            self.wrong("is refused as it is signed");
        }
    }

    /// Every byte counts, and how many there are.
    fn bodies(&mut self) {
        let (headers, body) = (&self.sent.webhook.headers, &self.sent.webhook.body);
        for at in 0..body.len() {
            let mut changed = body.clone();
            changed[at] ^= 1;
            if self.takes(headers, &changed) {
                return self.wrong(&format!("is taken with another byte at {at} of the body"));
            }
            if self.takes(headers, &body[..at]) {
                return self.wrong(&format!("is taken with {at} bytes of the body alone"));
            }
        }
        let longer = [body.as_slice(), b" "].concat();
        if self.takes(headers, &longer) {
            self.wrong("is taken with a byte more");
        }
    }

    fn secrets(&mut self) {
        let kit = self.kit;
        let (headers, body) = (&self.sent.webhook.headers, &self.sent.webhook.body);
        let another = kit.provider.new_secret(&kit.settings, &Bytes(7));
        let empty = Secret::new(String::new());
        let with = |secret| ProviderContext {
            secret,
            ..kit.context()
        };
        if self.is_good(headers, body, &with(&another)) {
            self.wrong("is taken with another secret");
        }
        // An installation whose secret is not known yet takes nothing, not even what is signed with nothing.
        let nothing = with(&empty);
        let fixture = kit.fixtures().find(|one| one.name == self.sent.name);
        let signed = fixture.and_then(|one| kit.sent(one, "000001", &nothing));
        let signed = signed.map(|sent| sent.webhook);
        if signed.is_some_and(|it| self.is_good(&it.headers, &it.body, &nothing)) {
            self.wrong("is taken when it is signed with an empty secret");
        }
    }

    /// What it proves itself with is there, once, and as it was.
    fn headers(&mut self) {
        let (headers, body) = (&self.sent.webhook.headers, &self.sent.webhook.body);
        for name in &self.sent.proof {
            let mut without = headers.clone();
            without.remove(name);
            if self.takes(&without, body) {
                self.wrong(&format!("is taken without `{name}`"));
            }
            let value = headers[name].clone();
            for twice in [value.clone(), HeaderValue::from_static("0")] {
                let mut both = headers.clone();
                both.append(name, twice);
                if self.takes(&both, body) {
                    self.wrong(&format!("is taken with `{name}` twice"));
                }
            }
            self.values(name, value.to_str().unwrap_or_default());
        }
    }

    fn values(&mut self, name: &HeaderName, value: &str) {
        let (headers, body) = (&self.sent.webhook.headers, &self.sent.webhook.body);
        let with = |value: &str| {
            let mut headers = headers.clone();
            let value = HeaderValue::from_str(value).expect("visible ASCII");
            headers.insert(name, value);
            headers
        };
        for at in 0..value.len() {
            let mut changed = value.as_bytes().to_vec();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8_lossy(&changed);
            if self.takes(&with(&changed), body) {
                self.wrong(&format!(
                    "is taken with another character at {at} of `{name}`"
                ));
            }
        }
        for short in [&value[..value.len() / 2], ""] {
            if self.takes(&with(short), body) {
                self.wrong(&format!("is taken with half of `{name}`"));
            }
        }
        if self.takes(&with(&format!("{value}0")), body) {
            self.wrong(&format!("is taken with a longer `{name}`"));
        }
        self.cases(name, value, &with);
    }

    /// The digits alone: what stands before them is in lower case in any event.
    fn cases(&mut self, name: &HeaderName, value: &str, with: &dyn Fn(&str) -> HeaderMap) {
        let at = value.find('=').filter(|at| at + 1 < value.len());
        let (before, digits) = value.split_at(at.map_or(0, |at| at + 1));
        let upper = format!("{before}{}", digits.to_ascii_uppercase());
        if upper == value {
            return;
        }
        let taken = self.takes(&with(&upper), &self.sent.webhook.body);
        match (taken, self.kit.upper_case) {
            (true, UpperCase::Refused) => {
                self.wrong(&format!("is taken with `{name}` in upper case"));
            }
            (false, UpperCase::Taken) => {
                self.wrong(&format!("is refused with `{name}` in upper case"));
            }
            _ => {}
        }
    }

    /// The moment is signed, and counts both ways; or no moment is.
    fn moments(&mut self) {
        let now = self.kit.now;
        let at = |seconds: i64| {
            let by = SignedDuration::from_secs(seconds);
            now.checked_add(by).unwrap_or(Timestamp::MAX)
        };
        let years = 20 * 365 * 86_400;
        let (good, bad) = match self.kit.window {
            Some(window) => {
                let window = i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
                (
                    vec![window, -window],
                    vec![window + 1, -window - 1, years, -years],
                )
            }
            None => (vec![years, -years], Vec::new()),
        };
        let webhook = &self.sent.webhook;
        let is_taken = |seconds| {
            let context = ProviderContext {
                now: at(seconds),
                ..self.kit.context()
            };
            self.is_good(&webhook.headers, &webhook.body, &context)
        };
        let refused: Vec<_> = good
            .into_iter()
            .filter(|seconds| !is_taken(*seconds))
            .collect();
        let late: Vec<_> = bad
            .into_iter()
            .filter(|seconds| is_taken(*seconds))
            .collect();
        for seconds in refused {
            self.wrong(&format!("is refused {seconds} s later"));
        }
        for seconds in late {
            self.wrong(&format!("is taken {seconds} s later"));
        }
    }
}
