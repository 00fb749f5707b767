use std::fmt;

use url::Url;

use super::uri::Parts;
use super::{ErrorCode, Issuer, Refusal};

/// Where the metadata of protected resources is (RFC 9728 section 3).
pub(crate) const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// A resource that this gateway serves: what a token is good at (RFC 8707 section 2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Resource {
    origin: String,
    path: String,
    text: String,
}

impl Resource {
    /// The resource at a path below the issuer, such as `/mcp`.
    pub fn below(issuer: &Issuer, path: &str) -> Self {
        let origin = issuer.origin().to_owned();
        let path = format!("{}/{}", issuer.path(), path.trim_matches('/'));
        let text = format!("{origin}{path}");
        Self { origin, path, text }
    }

    /// The identifier: the resource's URL.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path of the resource.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path of its metadata: the well-known name in front of its own path (RFC 9728 section
    /// 3.1).
    pub fn metadata_path(&self) -> String {
        format!("{WELL_KNOWN}{}", self.path)
    }

    /// The URL of its metadata, as challenges name it.
    pub fn metadata_url(&self) -> String {
        format!("{}{}", self.origin, self.metadata_path())
    }

    /// True when a text names this resource. Scheme and host may be written in upper case, the
    /// port of the scheme may be written out, and one slash may follow.
    pub fn is_named_by(&self, text: &str) -> bool {
        if text == self.text {
            return true;
        }
        let Ok(url) = Url::parse(text) else {
            return false;
        };
        let lowered = lower_place(text);
        let plain = Parts::web(&lowered).is_ok() && url.query().is_none();
        let named = url.as_str();
        plain && (named == self.text || named.strip_suffix('/') == Some(self.text.as_str()))
    }
}

/// Scheme and host in lower case.
fn lower_place(text: &str) -> String {
    let host = text.find("//").map_or(0, |at| at + 2);
    let rest = text.get(host..).unwrap_or_default();
    let path = host + rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (place, path) = text.split_at(path);
    format!("{}{path}", place.to_ascii_lowercase())
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The resources that are served, at least one. The first is meant where none is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resources {
    default: Resource,
    others: Vec<Resource>,
}

/// A `resource` that is none of ours, or several different ones.
const INVALID_TARGET: Refusal = Refusal::new(
    ErrorCode::InvalidTarget,
    "resource has to name one resource that is served here: the URL of the MCP endpoint",
);

impl Resources {
    /// These resources; the default one first.
    pub fn new(default: Resource, others: impl IntoIterator<Item = Resource>) -> Self {
        Self {
            default,
            others: others.into_iter().collect(),
        }
    }

    /// The one that is meant where none is named: the MCP endpoint.
    pub fn default_resource(&self) -> &Resource {
        &self.default
    }

    /// All of them, the default one first.
    pub fn iter(&self) -> impl Iterator<Item = &Resource> {
        std::iter::once(&self.default).chain(&self.others)
    }

    /// The resource that a text names.
    pub fn find(&self, text: &str) -> Option<&Resource> {
        self.iter().find(|resource| resource.is_named_by(text))
    }

    /// The one resource that some `resource` parameters name; `None` when there are none. One that
    /// is not served here, or two different ones, are refused: a token is good at one resource.
    pub fn select<'a>(
        &self,
        named: impl IntoIterator<Item = &'a str>,
    ) -> Result<Option<&Resource>, Refusal> {
        let mut selected = None;
        for text in named {
            let found = self.find(text).ok_or(INVALID_TARGET)?;
            if selected.is_some_and(|selected| selected != found) {
                return Err(INVALID_TARGET);
            }
            selected = Some(found);
        }
        Ok(selected)
    }
}

/// Holds what a token request names against what was granted (RFC 8707 section 2.2).
pub fn check_resource(named: Option<&Resource>, granted: &str) -> Result<(), Refusal> {
    if named.is_some_and(|named| named.as_str() != granted) {
        return Err(Refusal::new(
            ErrorCode::InvalidTarget,
            "resource has to be the one that was granted",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resources() -> Resources {
        let issuer = Issuer::parse("https://keyway.example").unwrap();
        let below = |path| Resource::below(&issuer, path);
        Resources::new(below("/mcp"), [below("/mcp/other")])
    }

    #[test]
    fn the_metadata_is_in_front_of_the_path() {
        let issuer = Issuer::parse("https://keyway.example/team").unwrap();
        let resource = Resource::below(&issuer, "/mcp");
        assert_eq!(resource.as_str(), "https://keyway.example/team/mcp");
        assert_eq!(
            resource.metadata_url(),
            "https://keyway.example/.well-known/oauth-protected-resource/team/mcp"
        );
    }

    #[test]
    fn names_of_a_resource() {
        let resources = resources();
        for text in [
            "https://keyway.example/mcp",
            "HTTPS://Keyway.Example/mcp",
            "https://keyway.example:443/mcp",
            "https://keyway.example/mcp/",
        ] {
            let found = resources.find(text).unwrap();
            assert_eq!(found.as_str(), "https://keyway.example/mcp");
        }
        for text in [
            "",
            "/mcp",
            "https://keyway.example",
            "http://keyway.example/mcp",
            "https://keyway.example/MCP",
            "https://keyway.example/mcp//",
            "https://keyway.example/mcp#x",
            "https://keyway.example/mcp?x",
            "https://keyway.example/mcp?",
            "https://me@keyway.example/mcp",
            "https://keyway.example:444/mcp",
            "https://keyway.example/./mcp",
            "https://keyway.example/x/../mcp",
            "https:\\\\keyway.example\\mcp",
            "https://keyway.example/mcp\n",
            "https://keyway%2eexample/mcp",
            "https://keyway.example.evil.example/mcp",
        ] {
            assert_eq!(resources.find(text), None, "{text}");
        }
    }

    #[test]
    fn one_resource_is_selected() {
        let resources = resources();
        let (one, other) = (
            "https://keyway.example/mcp",
            "https://keyway.example/mcp/other",
        );
        assert_eq!(resources.select([]), Ok(None));
        assert_eq!(resources.select([one, one]).unwrap().unwrap().as_str(), one);
        for named in [vec![one, other], vec![one, "https://else.example/mcp"]] {
            let refusal = resources.select(named).unwrap_err();
            assert_eq!(refusal.code(), ErrorCode::InvalidTarget);
        }
    }

    #[test]
    fn a_token_request_names_what_was_granted() {
        let resources = resources();
        let granted = "https://keyway.example/mcp";
        assert_eq!(check_resource(None, granted), Ok(()));
        assert_eq!(check_resource(resources.find(granted), granted), Ok(()));
        let other = resources.find("https://keyway.example/mcp/other");
        let refusal = check_resource(other, granted).unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::InvalidTarget);
    }
}
