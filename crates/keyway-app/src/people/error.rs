use keyway_core::{Error, Kind, MAX_NAME, is_visible};

/// The code of a change that was made of an old reading.
pub const CHANGED_MEANWHILE: &str = "changed_meanwhile";

/// The most bytes of an e-mail address (RFC 5321).
const MAX_EMAIL: usize = 254;

pub(super) fn not_found(code: &'static str, message: &'static str) -> Error {
    Error::new(Kind::NotFound, code, message)
}

pub(super) fn conflict(code: &'static str, message: &'static str) -> Error {
    Error::new(Kind::Conflict, code, message)
}

/// The refusal of a change that was made of an old reading: `now` says what the thing is meanwhile.
pub(crate) fn changed_meanwhile(thing: &str, now: &str) -> Error {
    let message = format!("{thing} was changed meanwhile: {now}");
    Error::new(Kind::Conflict, CHANGED_MEANWHILE, message)
        .with_hint("look at it again, and send the change with the revision it has now")
}

/// The name of a thing, without space around it.
pub(crate) fn name(text: &str) -> Result<String, Error> {
    named(text.trim(), text.trim())
}

/// A person's name, without space around it. It may have the joiners that Persian, Hindi and other
/// scripts are written with.
pub(super) fn persons_name(text: &str) -> Result<String, Error> {
    let text = text.trim();
    named(text, &text.replace(['\u{200c}', '\u{200d}'], ""))
}

fn named(text: &str, seen: &str) -> Result<String, Error> {
    let length = text.chars().take(MAX_NAME + 1).count();
    if seen.is_empty() || length > MAX_NAME || !is_visible(seen) {
        return Err(Error::invalid_at("/name", "1 to 100 visible characters"));
    }
    Ok(text.to_owned())
}

/// A name in commands and URLs.
pub(super) fn slug(text: &str) -> Result<String, Error> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let good = (1..=32).contains(&text.len())
        && text.bytes().all(plain)
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--");
    if !good {
        return Err(Error::invalid_at(
            "/slug",
            "1 to 32 of `a-z`, `0-9` and single `-` between them",
        ));
    }
    Ok(text.to_owned())
}

/// An e-mail address as it is stored: in small letters.
pub(super) fn email(text: &str) -> Result<String, Error> {
    let text = text.trim();
    let plain = |c: char| c.is_ascii_graphic() && !"()<>[]:;,\\\"".contains(c);
    let good = text.len() <= MAX_EMAIL
        && text.chars().all(plain)
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && is_domain(domain));
    if !good {
        return Err(Error::invalid_at(
            "/email",
            "an e-mail address like ada@example.com",
        ));
    }
    Ok(text.to_ascii_lowercase())
}

/// `example.com`, `localhost`
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.split('.').all(label)
}
