//! Sets of scopes in the order they were first named (RFC 6749 section 3.3).

/// `OpenID` Connect Core section 11: asks for a refresh token.
pub(crate) const OFFLINE: &str = "offline_access";

/// The scopes of a space-separated list, each once.
pub(crate) fn read(list: &str) -> Vec<String> {
    read_apart(list, ' ')
}

/// The same where something else than a space stands between them; a space separates them as well.
pub(crate) fn read_apart(list: &str, separator: char) -> Vec<String> {
    valid(list.split([' ', separator]).map(str::to_owned))
}

/// The scopes among some texts, each once. What the grammar does not know is left out: scopes are
/// shown to people.
pub(crate) fn valid(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let is_scope = |text: &String| {
        let mut bytes = text.bytes();
        !text.is_empty() && bytes.all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    };
    union([texts.into_iter().filter(is_scope).collect()])
}

/// All scopes of some lists, each once.
pub(crate) fn union(lists: impl IntoIterator<Item = Vec<String>>) -> Vec<String> {
    let mut all = Vec::new();
    for scope in lists.into_iter().flatten() {
        if !all.contains(&scope) {
            all.push(scope);
        }
    }
    all
}

/// What to ask for at a sign-in.
pub(crate) struct Choice<'a> {
    /// What the challenge asks for.
    pub(crate) challenged: &'a [String],
    /// What the operator configured.
    pub(crate) configured: &'a [String],
    /// `scopes_supported` of the resource (RFC 9728).
    pub(crate) supported: &'a [String],
    /// What earlier calls turned out to need.
    pub(crate) wanted: &'a [String],
    /// `scopes_supported` of the authorization server (RFC 8414).
    pub(crate) offered: &'a [String],
}

impl Choice<'_> {
    /// The scopes of the challenge, with those the operator configured; without a challenge the
    /// configured ones, else all that the resource names (MCP 2026-07-28, "Scope Selection
    /// Strategy"); and what step-ups asked for before. `offline_access` goes along only where the
    /// authorization server offers it.
    pub(crate) fn select(&self) -> Vec<String> {
        let named = if self.challenged.is_empty() && self.configured.is_empty() {
            self.supported.to_vec()
        } else {
            union([self.challenged.to_vec(), self.configured.to_vec()])
        };
        let mut scopes = union([named, self.wanted.to_vec()]);
        let offered = self.offered.iter().any(|scope| scope == OFFLINE);
        let configured = self.configured.iter().any(|scope| scope == OFFLINE);
        if !offered && !configured {
            scopes.retain(|scope| scope != OFFLINE);
        }
        if offered && !scopes.is_empty() && !scopes.iter().any(|scope| scope == OFFLINE) {
            scopes.push(String::from(OFFLINE));
        }
        scopes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(challenged: &str, configured: &str, supported: &str, offered: &str) -> String {
        let [challenged, configured, supported, offered] =
            [challenged, configured, supported, offered].map(read);
        let choice = Choice {
            challenged: &challenged,
            configured: &configured,
            supported: &supported,
            wanted: &[],
            offered: &offered,
        };
        choice.select().join(" ")
    }

    #[test]
    fn only_what_the_grammar_knows_is_a_scope() {
        assert_eq!(
            read("a  b a c\u{1b}[31m d\"e files:read"),
            ["a", "b", "files:read"]
        );
    }

    #[test]
    fn the_challenge_goes_first_then_the_configuration_then_the_resource() {
        assert_eq!(select("a", "b", "c", ""), "a b");
        assert_eq!(select("", "b", "c", ""), "b");
        assert_eq!(select("", "", "c d c", ""), "c d");
        assert_eq!(select("", "", "", ""), "");
    }

    #[test]
    fn offline_access_only_where_it_is_offered() {
        assert_eq!(select("a", "", "", "a offline_access"), "a offline_access");
        assert_eq!(select("a offline_access", "", "", "a"), "a");
        assert_eq!(select("", "", "", "offline_access"), "");
    }

    #[test]
    fn what_earlier_calls_needed_stays() {
        let choice = Choice {
            challenged: &read("a"),
            configured: &[],
            supported: &[],
            wanted: &read("b a"),
            offered: &[],
        };
        assert_eq!(choice.select(), ["a", "b"]);
    }
}
