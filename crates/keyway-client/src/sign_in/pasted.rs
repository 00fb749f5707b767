use keyway_oauth::SignInRequest;

use super::callback::CallbackUrl;

/// Why a pasted text is no answer. Never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is no answer in it.
    NoAnswer,
    /// It answers another sign-in.
    Another,
}

impl Refused {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::NoAnswer => {
                "that is not the address the browser came back to: it has no `code` and `state`; paste the whole address"
            }
            Self::Another => {
                "that address answers another sign-in; open the link above and paste the address it leads to"
            }
        }
    }
}

/// The callback URL from what a person pasted: the whole address, or its query alone. An empty line
/// is nothing.
pub(super) fn read(
    text: &str,
    callback: &CallbackUrl,
    request: SignInRequest<'_>,
) -> Option<Result<String, Refused>> {
    let text = text.trim().trim_matches(['"', '\'', '<', '>']);
    if text.is_empty() {
        return None;
    }
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let has = |wanted: &str| {
        url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == wanted)
    };
    if !has("state") || !(has("code") || has("error")) {
        return Some(Err(Refused::NoAnswer));
    }
    let url = format!("{callback}?{query}");
    Some(if request.is_answered_by(&url) {
        Ok(url)
    } else {
        Err(Refused::Another)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: SignInRequest<'static> = SignInRequest {
        server: "files",
        issuer: "https://as.example",
        scopes: &[],
        url: "https://as.example/authorize?client_id=a&state=s1",
    };

    fn paste(text: &str) -> Option<Result<String, Refused>> {
        read(text, &CallbackUrl::default(), REQUEST)
    }

    #[test]
    fn an_address_or_its_query_is_an_answer() {
        let wanted = "http://localhost:1456/auth/mcp/callback?code=c%20d&state=s1";
        for text in [
            wanted,
            "  http://127.0.0.1:1456/auth/mcp/callback?code=c%20d&state=s1#x \r\n",
            "\"http://localhost:1456/auth/mcp/callback?code=c%20d&state=s1\"",
            "?code=c%20d&state=s1",
            "code=c%20d&state=s1",
        ] {
            assert_eq!(paste(text), Some(Ok(wanted.to_owned())), "{text}");
        }
        assert!(matches!(paste("error=access_denied&state=s1"), Some(Ok(_))));
    }

    #[test]
    fn anything_else_is_asked_for_again() {
        assert_eq!(paste(" \n"), None);
        for text in ["hello", "http://localhost:1456/", "code=c", "state=s1", "?"] {
            assert_eq!(paste(text), Some(Err(Refused::NoAnswer)), "{text}");
        }
        for text in ["code=c&state=s2", "code=c&state=s1&state=s1"] {
            assert_eq!(paste(text), Some(Err(Refused::Another)), "{text}");
        }
    }
}
