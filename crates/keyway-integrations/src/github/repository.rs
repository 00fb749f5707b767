use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a segment of a path keeps as it is (RFC 3986, section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A repository by its owner's and its own name. It cannot lead to another path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    full: String,
}

impl Repository {
    /// Reads `owner/name`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        let good_owner = (1..=64).contains(&owner.len())
            && owner
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !owner.starts_with('-');
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let named = (1..=100).contains(&name.len()) && name.bytes().all(good);
        let led = name == "." || name == "..";
        (good_owner && named && !led).then(|| Self {
            full: text.to_owned(),
        })
    }

    /// Whether a name is this one's: GitHub's are the same in either case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.full.eq_ignore_ascii_case(name)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.full
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full)
    }
}

/// A text as one segment of a path.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The path of a file, with each segment encoded; `None` where it is none or leads out.
pub(super) fn file_path(text: &str) -> Option<String> {
    let text = text.strip_prefix('/').unwrap_or(text);
    let text = text.strip_suffix('/').unwrap_or(text);
    let good = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\0');
    if text.len() > 4_096 || !text.split('/').all(good) {
        return None;
    }
    let parts: Vec<_> = text.split('/').map(segment).collect();
    Some(parts.join("/"))
}

/// The name of a branch, a tag or a commit, with each segment encoded (git's check-ref-format).
pub(super) fn reference(text: &str) -> Option<String> {
    let bad = |char: char| char.is_ascii_control() || " ~^:?*[\\".contains(char);
    let part = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && part.strip_suffix(".lock").is_none()
    };
    let good = (1..=255).contains(&text.len())
        && !text.contains(bad)
        && !text.contains("..")
        && !text.contains("@{")
        && !text.ends_with('.')
        && !text.starts_with('-')
        && text.split('/').all(part);
    let encoded = || text.split('/').map(segment).collect::<Vec<_>>().join("/");
    good.then(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_to_another_path() {
        for good in ["acme/web", "a/b.c_d-e", "acme/.github", "Acme-1/x"] {
            assert!(Repository::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "acme",
            "acme/",
            "/web",
            "acme/..",
            "acme/.",
            "acme/web/issues",
            "acme/web?x",
            "acme/web#",
            "a b/c",
            "../web",
            "acme/%2e",
            "acme/web\n",
            "-a/b",
        ] {
            assert!(Repository::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(
            file_path("src/main file.rs").as_deref(),
            Some("src/main%20file.rs")
        );
        assert_eq!(file_path("/docs/a?b#c").as_deref(), Some("docs/a%3Fb%23c"));
        for bad in ["", "/", "a//b", "../x", "a/../../../orgs", "a/.", "./a"] {
            assert_eq!(file_path(bad), None, "{bad}");
        }
        assert_eq!(reference("feature/x#1").as_deref(), Some("feature/x%231"));
        for bad in [
            "", "a..b", "a b", "x:y", "a/", "/a", "a.lock", "-a", "a?b", "@{0}x@{", "a/../b", "x.",
        ] {
            assert_eq!(reference(bad), None, "{bad}");
        }
    }
}
