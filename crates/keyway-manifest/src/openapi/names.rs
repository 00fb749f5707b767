//! Names of actions and of their inputs.

use keyway_core::names::ACTION_SLUG;

/// The most characters of an input's name: what all model vendors accept.
const MAX_INPUT: usize = 64;

/// Words that mean something to the template language.
const RESERVED: &[&str] = &[
    "and", "else", "false", "False", "if", "in", "is", "loop", "none", "None", "not", "or", "self",
    "true", "True",
];

/// An operation's name as words with `-` between: `listPets` → `list-pets`.
pub(super) fn kebab(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 8);
    let chars: Vec<char> = text.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            words.push('-');
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        let after = chars.get(at + 1);
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        if starts {
            words.push('-');
        }
        words.push(c.to_ascii_lowercase());
    }
    let parts = words.split('-').filter(|word| !word.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

/// A name from method and path: `GET /pets/{id}` → `get-pets-by-id`.
pub(super) fn from_path(method: &str, path: &str) -> String {
    let spelt = path.replace('{', "/by/").replace('}', "/");
    let name = kebab(&format!("{method}/{spelt}"));
    name.strip_suffix('-').unwrap_or(&name).to_owned()
}

/// The slug of an action, at most as long as slugs are. One that is cut, or that says `distinct`,
/// ends in six digits made of `identity`, so that it is the same at every import.
pub(super) fn slug(app: &str, name: &str, identity: &str, distinct: Distinct) -> String {
    let name = if name.is_empty() { "operation" } else { name };
    let whole = format!("{app}:{name}");
    if distinct == Distinct::Plain && whole.len() <= ACTION_SLUG.max {
        return whole;
    }
    let end = format!("-{:06x}", hash(identity) & 0x00ff_ffff);
    let room = ACTION_SLUG.max.saturating_sub(end.len());
    let mut cut = room.min(whole.len());
    if whole.len() > room {
        let head = whole.get(..cut).unwrap_or_default();
        let word = head.rfind('-').filter(|at| *at > room / 2);
        cut = word.unwrap_or(cut);
    }
    let head = whole.get(..cut).unwrap_or_default();
    format!("{}{end}", head.trim_end_matches(['-', ':']))
}

/// Whether a name needs an ending of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Distinct {
    Plain,
    Ending,
}

/// FNV-1a, 32 bits: the same on every machine, for ever.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// The name of an input: what model vendors and templates take, as near as can be to the name on the
/// wire.
pub(super) fn input(name: &str) -> String {
    let mut clean = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            clean.push(c);
        } else if !clean.is_empty() && !clean.ends_with('_') {
            clean.push('_');
        }
    }
    let clean = clean.trim_end_matches('_');
    let clean = clean.get(..MAX_INPUT - 8).unwrap_or(clean);
    match clean.chars().next() {
        None => "value".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n{clean}"),
        Some(_) => clean.to_owned(),
    }
}

/// How a template reads a member.
pub(super) fn member(of: &str, name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.chars().next().is_some_and(|c| !c.is_ascii_digit())
        && !RESERVED.contains(&name);
    if plain {
        format!("{of}.{name}")
    } else {
        format!("{of}[{}]", serde_json::Value::from(name))
    }
}

/// The name of a field of a credential: `api_key` → `apiKey`.
pub(super) fn field(name: &str) -> String {
    let mut camel = String::new();
    for word in kebab(name).split('-') {
        let mut chars = word.chars();
        match chars.next() {
            Some(first) if !camel.is_empty() => camel.push(first.to_ascii_uppercase()),
            Some(first) => camel.push(first),
            None => {}
        }
        camel.extend(chars);
    }
    match camel.chars().next() {
        None => "key".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("key{camel}"),
        Some(_) => camel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        for (from, to) in [
            ("listPets", "list-pets"),
            ("repos/list-for-org", "repos-list-for-org"),
            ("getV2UsersByID", "get-v2-users-by-id"),
            ("HTTPServerGet", "http-server-get"),
            ("ListAccount__2", "list-account-2"),
            ("ünïcode", "n-code"),
        ] {
            assert_eq!(kebab(from), to);
        }
        assert_eq!(
            from_path("GET", "/pets/{petId}/toys.json"),
            "get-pets-by-pet-id-toys-json"
        );
        assert_eq!(from_path("GET", "/"), "get");
    }

    #[test]
    fn a_long_name_is_cut_the_same_way_every_time() {
        let name = "a-very-long-name-".repeat(8);
        let one = slug("acme", &kebab(&name), "GET /a", Distinct::Plain);
        assert!(ACTION_SLUG.allows(&one), "{one}");
        assert_eq!(one, slug("acme", &kebab(&name), "GET /a", Distinct::Plain));
        assert_ne!(one, slug("acme", &kebab(&name), "GET /b", Distinct::Plain));
    }

    #[test]
    fn inputs_are_what_vendors_and_templates_take() {
        for (from, to) in [
            ("filter[status]", "filter_status"),
            ("X-Trace", "X_Trace"),
            ("2fa", "n2fa"),
            ("$", "value"),
        ] {
            assert_eq!(input(from), to);
        }
        assert_eq!(member("input", "in"), r#"input["in"]"#);
        assert_eq!(
            member("credentials", "acme-billing"),
            r#"credentials["acme-billing"]"#
        );
        assert_eq!(member("input", "id"), "input.id");
        assert_eq!(field("X-API-Key"), "xApiKey");
    }
}
