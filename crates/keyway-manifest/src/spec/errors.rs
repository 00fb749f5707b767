use std::ops::RangeInclusive;

use keyway_core::Kind;
use serde_json::Value;

use crate::read::{Faults, Fields, Node};

const KEYS: &[&str] = &["status", "code", "message", "hint", "kind"];

/// What a status of a service means.
#[derive(Debug, Clone)]
pub(crate) struct ErrorRule {
    statuses: Vec<RangeInclusive<u16>>,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    kind: Option<Kind>,
}

impl ErrorRule {
    fn read(node: &Node<'_>, faults: &mut Faults) -> Option<Self> {
        let fields = node.fields(KEYS, faults)?;
        let status = fields.need("status", faults);
        let statuses = status.and_then(|node| statuses(&node, faults));
        let code = fields.need("code", faults).and_then(|node| {
            let text = node.text(faults)?;
            if is_code(text) {
                return Some(text.to_owned());
            }
            node.wrong("a code in snake case, like `ticket_not_found`", faults)
        });
        let message = fields.need("message", faults);
        let message = message.and_then(|node| node.text(faults).map(str::to_owned));
        let kind = fields.get("kind");
        Some(Self {
            kind: kind
                .and_then(|node| node.choice(KINDS, faults))
                .and_then(kind_of),
            hint: fields.text("hint", faults),
            statuses: statuses?,
            code: code?,
            message: message?,
        })
    }

    pub(crate) fn is_about(&self, status: u16) -> bool {
        self.statuses.iter().any(|range| range.contains(&status))
    }

    /// What sort of failure a status is.
    pub(crate) fn kind(&self, status: u16) -> Kind {
        self.kind.unwrap_or(match status {
            400 | 422 => Kind::Invalid,
            404 | 410 => Kind::NotFound,
            408 | 504 => Kind::Timeout,
            409 => Kind::Conflict,
            413 => Kind::TooLarge,
            429 => Kind::RateLimited,
            503 => Kind::Unavailable,
            _ => Kind::BadGateway,
        })
    }
}

/// The rules in their order: the first that is about a status counts.
pub(crate) fn rules(fields: &Fields<'_>, faults: &mut Faults) -> Vec<ErrorRule> {
    let Some(node) = fields.get("errors") else {
        return Vec::new();
    };
    let items = node.items(faults);
    items
        .iter()
        .filter_map(|item| ErrorRule::read(item, faults))
        .collect()
}

/// `404`, `4xx`, or a list of both.
fn statuses(node: &Node<'_>, faults: &mut Faults) -> Option<Vec<RangeInclusive<u16>>> {
    if node.value.is_array() {
        let items = node.items(faults);
        let all = items.iter().filter_map(|item| statuses(item, faults));
        return Some(all.flatten().collect());
    }
    let one = match node.value {
        Value::Number(number) => number
            .as_u64()
            .and_then(|number| u16::try_from(number).ok())
            .filter(|number| (300..=599).contains(number))
            .map(|number| number..=number),
        Value::String(text) => match text.as_str() {
            "3xx" => Some(300..=399),
            "4xx" => Some(400..=499),
            "5xx" => Some(500..=599),
            _ => None,
        },
        _ => None,
    };
    match one {
        Some(one) => Some(vec![one]),
        None => node.wrong(
            "a status from 300 to 599, `3xx`, `4xx`, `5xx`, or a list of them",
            faults,
        ),
    }
}

fn is_code(text: &str) -> bool {
    let mut chars = text.chars();
    text.len() <= 64
        && chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The kinds that a service's failure can be. What would be told of Keyway itself (who is asking, a
/// fault on this side) is not among them.
const KINDS: &[&str] = &[
    "malformed",
    "forbidden",
    "not_found",
    "conflict",
    "too_large",
    "invalid",
    "rate_limited",
    "bad_gateway",
    "unavailable",
    "timeout",
];

fn kind_of(word: &str) -> Option<Kind> {
    Some(match word {
        "malformed" => Kind::Malformed,
        "forbidden" => Kind::Forbidden,
        "not_found" => Kind::NotFound,
        "conflict" => Kind::Conflict,
        "too_large" => Kind::TooLarge,
        "invalid" => Kind::Invalid,
        "rate_limited" => Kind::RateLimited,
        "bad_gateway" => Kind::BadGateway,
        "unavailable" => Kind::Unavailable,
        "timeout" => Kind::Timeout,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_word() {
        assert!(KINDS.iter().all(|word| kind_of(word).is_some()));
        assert_eq!(kind_of("unauthenticated"), None);
    }
}
