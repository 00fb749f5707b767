use http::StatusCode;
use serde::Deserialize;
use url::Url;

use crate::OAuthError;
use crate::address::{place, without_query};
use crate::wire::Wire;

const WHAT: &str = "the metadata of the protected resource";
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Protected resource metadata (RFC 9728 section 2), as far as it is used.
#[derive(Debug, Deserialize)]
pub(crate) struct ResourceMetadata {
    pub(crate) resource: String,
    #[serde(default)]
    pub(crate) authorization_servers: Vec<String>,
    #[serde(default)]
    pub(crate) scopes_supported: Vec<String>,
}

/// Reads the metadata: where the challenge says, else at the well-known places. `None` when the
/// server publishes none, as servers before revision 2025-06-18 do.
pub(crate) async fn read(
    wire: &Wire<'_>,
    named: Option<&str>,
) -> Result<Option<ResourceMetadata>, OAuthError> {
    if let Some(named) = named {
        let url = named_place(wire.home(), named)?;
        let answer = wire.get(WHAT, &url).await?;
        if answer.status != StatusCode::OK {
            let reason = format!(
                "the server names it, but it answers with status {}",
                answer.status.as_u16()
            );
            return Err(bad(&url, reason));
        }
        let metadata = serde_json::from_slice(&answer.body)
            .map_err(|_| bad(&url, String::from("it is no protected resource metadata")))?;
        return matching(wire.home(), metadata).map(Some);
    }
    for url in guesses(wire.home()) {
        let answer = wire.get(WHAT, &url).await?;
        // A page that answers everything with 200 is no metadata.
        if answer.status == StatusCode::OK
            && let Ok(metadata) = serde_json::from_slice(&answer.body)
        {
            return matching(wire.home(), metadata).map(Some);
        }
    }
    Ok(None)
}

/// Where the challenge says. On the server's own origin only: what speaks for a server is on it.
fn named_place(home: &Url, named: &str) -> Result<Url, OAuthError> {
    let url = home
        .join(named)
        .map_err(|_| bad(home, String::from("the challenge names no URL")))?;
    if url.origin() == home.origin() {
        return Ok(url);
    }
    Err(OAuthError::ForeignPlace {
        what: WHAT,
        place: place(&url),
        reason: "it has to be on the server's own host",
    })
}

/// The well-known places: with the path of the endpoint, then without (RFC 9728 section 3.1).
fn guesses(home: &Url) -> Vec<Url> {
    let path = home.path().trim_end_matches('/');
    let mut paths = vec![format!("{WELL_KNOWN}{path}")];
    if !path.is_empty() {
        paths.push(String::from(WELL_KNOWN));
    }
    let at = |path: String| {
        let mut url = home.clone();
        url.set_path(&path);
        url.set_query(None);
        url
    };
    paths.into_iter().map(at).collect()
}

/// Metadata about another resource is not used (RFC 9728 section 3.3). A server may describe all of
/// its host, or a folder of it, as one resource.
fn matching(home: &Url, metadata: ResourceMetadata) -> Result<ResourceMetadata, OAuthError> {
    let covers = Url::parse(&metadata.resource).is_ok_and(|resource| covers(&resource, home));
    if covers {
        return Ok(metadata);
    }
    Err(OAuthError::ResourceMismatch {
        expected: without_query(home),
        found: crate::provider::clean(&metadata.resource, &[]),
    })
}

fn covers(resource: &Url, home: &Url) -> bool {
    if resource.origin() != home.origin() || resource.fragment().is_some() {
        return false;
    }
    if resource.query().is_some() && resource.query() != home.query() {
        return false;
    }
    let folder = resource.path().trim_end_matches('/');
    home.path()
        .strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn bad(url: &Url, reason: String) -> OAuthError {
    OAuthError::BadMetadata {
        place: without_query(url),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_resource_covers_itself_and_what_is_below_it() {
        let home = url("https://h.example/a/mcp");
        for resource in [
            "https://h.example/a/mcp",
            "https://h.example/a/mcp/",
            "https://H.example:443/a",
            "https://h.example",
        ] {
            assert!(covers(&url(resource), &home), "{resource}");
        }
        for resource in [
            "https://h.example/a/mc",
            "https://h.example/a/mcp/x",
            "https://other.example/a/mcp",
            "http://h.example/a/mcp",
            "https://h.example:8443/a/mcp",
            "https://h.example/a/mcp#x",
            "https://h.example/a/mcp?tenant=1",
        ] {
            assert!(!covers(&url(resource), &home), "{resource}");
        }
    }

    #[test]
    fn the_well_known_place_with_the_path_goes_first() {
        let places = |home: &str| -> Vec<String> {
            guesses(&url(home)).iter().map(Url::to_string).collect()
        };
        assert_eq!(
            places("https://h.example/a/mcp?x=1"),
            [
                "https://h.example/.well-known/oauth-protected-resource/a/mcp",
                "https://h.example/.well-known/oauth-protected-resource",
            ]
        );
        assert_eq!(
            places("https://h.example/"),
            ["https://h.example/.well-known/oauth-protected-resource"]
        );
    }

    #[test]
    fn metadata_on_another_host_is_refused() {
        let home = url("https://h.example/mcp");
        assert!(named_place(&home, "/custom/metadata.json").is_ok());
        assert!(named_place(&home, "https://h.example/m").is_ok());
        let refused = named_place(&home, "https://evil.example/m?secret=1").unwrap_err();
        assert_eq!(refused.code(), "foreign_place");
        assert!(!refused.to_string().contains("secret"));
    }
}
