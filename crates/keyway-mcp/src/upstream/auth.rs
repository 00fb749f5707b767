use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};
use keyway_core::headers::is_of_mcp;

use super::spec::{Auth, Http};

/// Why the headers of a server cannot be sent. Never holds a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// The key is empty.
    #[error("the API key is empty")]
    EmptyKey,
    /// Not a header name (RFC 9110 section 5.1).
    #[error("`{0}` is not a header name")]
    BadName(String),
    /// The value of this header has characters a header cannot carry.
    #[error("the value of header `{0}` has characters that a header cannot carry")]
    BadValue(String),
    /// This header is written by the transport itself.
    #[error("header `{0}` cannot be set: the transport writes it")]
    Reserved(String),
}

impl Auth {
    /// The header that carries the key, marked sensitive:
    ///
    /// | header | scheme | sent |
    /// |---|---|---|
    /// | absent | absent | `Authorization: Bearer <key>` |
    /// | given | absent or empty | `<header>: <key>` |
    /// | absent | empty | `Authorization: <key>` |
    /// | absent | given | `Authorization: <scheme> <key>` |
    /// | given | given | `<header>: <scheme> <key>` |
    ///
    /// `None` where no key is sent.
    pub fn header(&self) -> Result<Option<(HeaderName, HeaderValue)>, HeaderProblem> {
        let Self::ApiKey {
            header,
            scheme,
            key,
        } = self
        else {
            return Ok(None);
        };
        let key = key.expose().trim();
        if key.is_empty() {
            return Err(HeaderProblem::EmptyKey);
        }
        let name = match header.as_deref() {
            None | Some("") => AUTHORIZATION,
            Some(name) => header_name(name)?,
        };
        let named = header.as_deref().is_some_and(|header| !header.is_empty());
        let scheme = match scheme.as_deref() {
            None if named => "",
            None => "Bearer",
            Some(scheme) => scheme.trim(),
        };
        let value = if scheme.is_empty() {
            header_value(&name, key)?
        } else {
            header_value(&name, &format!("{scheme} {key}"))?
        };
        Ok(Some((name, value)))
    }
}

impl Http {
    /// Every header of the server's own configuration, sensitive ones marked.
    pub fn all_headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, HeaderProblem> {
        let mut all = Vec::with_capacity(self.headers.len() + 1);
        for (name, value) in &self.headers {
            let name = header_name(name)?;
            let value = header_value(&name, value.expose())?;
            all.push((name, value));
        }
        if let Some((name, value)) = self.auth.header()? {
            all.retain(|(other, _)| *other != name);
            all.push((name, value));
        }
        Ok(all)
    }
}

pub(super) fn header_name(name: &str) -> Result<HeaderName, HeaderProblem> {
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| HeaderProblem::BadName(name.to_owned()))?;
    if is_of_mcp(parsed.as_str()) {
        return Err(HeaderProblem::Reserved(name.to_owned()));
    }
    Ok(parsed)
}

pub(super) fn header_value(name: &HeaderName, value: &str) -> Result<HeaderValue, HeaderProblem> {
    let bad = || HeaderProblem::BadValue(name.as_str().to_owned());
    if !value.is_ascii() {
        return Err(bad());
    }
    let mut value = HeaderValue::from_str(value).map_err(|_| bad())?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use keyway_core::Secret;

    use super::*;

    fn sent(
        header: Option<&str>,
        scheme: Option<&str>,
        key: &str,
    ) -> Result<String, HeaderProblem> {
        let auth = Auth::ApiKey {
            header: header.map(str::to_owned),
            scheme: scheme.map(str::to_owned),
            key: Secret::new(key.to_owned()),
        };
        let (name, value) = auth.header()?.unwrap();
        assert!(value.is_sensitive());
        Ok(format!("{name}: {}", value.to_str().unwrap()))
    }

    #[test]
    fn api_key_headers_follow_the_table() {
        assert_eq!(sent(None, None, "k").unwrap(), "authorization: Bearer k");
        assert_eq!(sent(Some("X-Api-Key"), None, "k").unwrap(), "x-api-key: k");
        assert_eq!(
            sent(Some("X-Api-Key"), Some(""), "k").unwrap(),
            "x-api-key: k"
        );
        assert_eq!(sent(None, Some(""), "k").unwrap(), "authorization: k");
        assert_eq!(
            sent(None, Some("Token"), "k").unwrap(),
            "authorization: Token k"
        );
        assert_eq!(
            sent(Some("X-Auth"), Some("Token"), "k\n").unwrap(),
            "x-auth: Token k"
        );
        assert_eq!(sent(None, None, "  "), Err(HeaderProblem::EmptyKey));
    }

    #[test]
    fn headers_that_cannot_be_sent_are_refused_without_their_values() {
        let refused = [
            sent(Some("a b"), None, "k"),
            sent(None, None, "kéy"),
            sent(None, None, "a\r\nb"),
            sent(Some("Host"), None, "k"),
        ];
        for problem in refused {
            let text = problem.unwrap_err().to_string();
            assert!(!text.contains("kéy") && !text.contains("a\r"), "{text}");
        }
    }
}
