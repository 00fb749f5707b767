use unicode_normalization::UnicodeNormalization as _;

/// The most characters of a slug.
const MOST: usize = 32;

/// The key of a connector of this name: in compatibility form (NFKC) and lower case, with `-` for
/// whatever is no letter from a to z and no digit, at most 32 characters. `None` where nothing is left.
///
/// ```
/// use keyway_app::connectors::slug_of;
///
/// assert_eq!(slug_of("  Acme MCP (eu) ").as_deref(), Some("acme-mcp-eu"));
/// assert_eq!(slug_of("\u{fb01}les ②").as_deref(), Some("files-2"));
/// assert_eq!(slug_of("🚀"), None);
/// ```
pub fn slug_of(name: &str) -> Option<String> {
    let mut slug = String::new();
    for c in name.nfkc().flat_map(char::to_lowercase) {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= MOST {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_keys() {
        for (name, slug) in [
            ("Acme MCP", Some("acme-mcp")),
            ("__a__b__", Some("a-b")),
            ("Größe", Some("gr-e")),
            ("ＡＣＭＥ", Some("acme")),
            ("a\u{202e}b", Some("a-b")),
            ("---", None),
            ("", None),
            ("日本語", None),
        ] {
            assert_eq!(slug_of(name).as_deref(), slug, "{name}");
        }
        let long = format!("{} b", "a".repeat(31));
        assert_eq!(slug_of(&long), Some("a".repeat(31)));
        assert_eq!(slug_of(&"x".repeat(500)).map(|slug| slug.len()), Some(32));
    }

    proptest! {
        #[test]
        fn a_key_is_one_of_its_grammar_and_its_own_key(name in ".{0,80}") {
            if let Some(slug) = slug_of(&name) {
                prop_assert!((1..=32).contains(&slug.len()));
                prop_assert!(slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
                prop_assert!(!slug.contains("--") && !slug.starts_with('-') && !slug.ends_with('-'));
                prop_assert_eq!(slug_of(&slug), Some(slug));
            }
        }
    }
}
