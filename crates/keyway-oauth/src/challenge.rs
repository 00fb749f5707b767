/// What a Bearer challenge says (RFC 6750 section 3, RFC 9728 section 5.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) resource_metadata: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) error: Option<String>,
}

impl Challenge {
    /// The Bearer challenge among the values of `WWW-Authenticate` (RFC 9110 section 11.6.1).
    pub(crate) fn bearer<'v>(values: impl IntoIterator<Item = &'v str>) -> Option<Self> {
        values.into_iter().find_map(Self::in_value)
    }

    fn in_value(value: &str) -> Option<Self> {
        let mut rest = value;
        let mut found: Option<Self> = None;
        loop {
            rest = rest.trim_start_matches([',', ' ', '\t']);
            let (word, after) = token(rest);
            if word.is_empty() {
                // What is no token cannot be read further; what was read counts.
                return found;
            }
            let spaced = after.trim_start_matches([' ', '\t']);
            if let Some(text) = spaced.strip_prefix('=') {
                let (text, after) = parameter(text.trim_start_matches([' ', '\t']));
                if let Some(challenge) = &mut found {
                    challenge.set(word, text);
                }
                rest = after;
            } else if found.is_some() {
                // The next challenge begins.
                return found;
            } else {
                if word.eq_ignore_ascii_case("bearer") {
                    found = Some(Self::default());
                }
                rest = after;
            }
        }
    }

    fn set(&mut self, name: &str, value: String) {
        match name.to_ascii_lowercase().as_str() {
            "resource_metadata" => self.resource_metadata = Some(value),
            "scope" => self.scopes = crate::scopes::read(&value),
            "error" => self.error = Some(value),
            _ => {}
        }
    }
}

/// A token of RFC 9110 section 5.6.2, and what follows.
fn token(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c)))
        .unwrap_or(text.len());
    text.split_at(end)
}

/// A token or quoted string, and what follows.
fn parameter(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<Challenge> {
        Challenge::bearer([value])
    }

    #[test]
    fn reads_the_parameters_of_a_bearer_challenge() {
        let challenge = read(
            r#"Bearer error="insufficient_scope", scope="a  b",resource_metadata = "https://h.example/m?x=1,2" , error_description="say \"please\"""#,
        )
        .unwrap();
        assert_eq!(challenge.error.as_deref(), Some("insufficient_scope"));
        assert_eq!(challenge.scopes, ["a", "b"]);
        assert_eq!(
            challenge.resource_metadata.as_deref(),
            Some("https://h.example/m?x=1,2")
        );
    }

    #[test]
    fn finds_bearer_among_other_challenges() {
        let challenge =
            read(r#"Negotiate, Basic realm="scope=x", bearer scope=read, DPoP algs="ES256""#);
        assert_eq!(challenge.unwrap().scopes, ["read"]);
        assert_eq!(read(r#"Basic realm="Bearer scope=x""#), None);
        let challenge = Challenge::bearer([r#"Basic realm="x""#, "Bearer"]).unwrap();
        assert_eq!(challenge, Challenge::default());
    }

    #[test]
    fn survives_nonsense() {
        for value in [
            "",
            ",,,",
            "\"",
            "Bearer =",
            "Bearer scope=\"a",
            "Bearer é=x",
            "=\u{0}",
        ] {
            let _ = read(value);
        }
        assert_eq!(read("Bearer scope=\"a").unwrap().scopes, ["a"]);
    }

    proptest::proptest! {
        #[test]
        fn it_never_panics(value in ".*", name in "[a-z_]{1,20}", text in ".*") {
            let _ = read(&value);
            let _ = read(&format!("Bearer {name}=\"{text}\", {value}"));
        }
    }
}
