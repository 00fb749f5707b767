/// The candidate that was probably meant, if one is near enough.
pub(crate) fn nearest<'a>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let allowed = (typed.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(typed, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What is wrong with an unknown key, naming it if it may be shown: what does not look like a key
/// might be a misplaced secret.
pub(crate) fn unknown(noun: &str, key: &str) -> String {
    match shown_key(key) {
        Some(key) => format!("unknown {noun} `{key}`"),
        None => format!("unknown {noun}"),
    }
}

/// A key, if it looks like one.
pub(crate) fn shown_key(key: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-$".contains(c);
    ((1..=40).contains(&key.len()) && key.chars().all(plain)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_names_are_suggested() {
        let known = ["bind", "public_url", "mcp"];
        assert_eq!(nearest("bnid", known), Some("bind"));
        assert_eq!(nearest("publicurl", known), Some("public_url"));
        assert_eq!(nearest("something", known), None);
        assert_eq!(nearest("mcq", known), Some("mcp"));
    }

    #[test]
    fn what_is_not_a_name_is_not_shown() {
        assert_eq!(
            unknown("key", "allowed_origin"),
            "unknown key `allowed_origin`"
        );
        assert_eq!(unknown("key", "Bearer sk-live"), "unknown key");
        assert_eq!(unknown("key", &"x".repeat(41)), "unknown key");
    }
}
