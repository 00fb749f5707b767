use std::str::FromStr;

use serde_json::Value;

use super::Pattern;

/// What an import is asked for besides the document.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The app's slug ([`keyway_core::names::APP_SLUG`]); its actions are named after it.
    pub app: String,
    /// Where the service is, instead of what the document's `servers` say.
    pub base_url: Option<String>,
    /// Only operations that one of these names; all when there are none.
    pub include: Vec<Pattern>,
    /// Operations that are left out.
    pub exclude: Vec<Pattern>,
    /// How the service knows its callers, where the document does not say.
    pub auth: Option<Auth>,
    /// Where the actions are exposed; what `expose.default` says when this is empty.
    pub expose: Vec<String>,
    /// The manifest of the import before, so that names stay what they were.
    pub previous: Option<Value>,
}

/// How a service knows its callers: `bearer`, `basic`, `header:NAME`, `query:NAME`, `cookie:NAME`,
/// `none`.
///
/// ```
/// use keyway_manifest::openapi::Auth;
///
/// assert_eq!("bearer".parse(), Ok(Auth::Bearer));
/// assert_eq!("header:X-Api-Key".parse(), Ok(Auth::Header("X-Api-Key".into())));
/// assert!("header:".parse::<Auth>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer …`.
    Bearer,
    /// A user name and a password.
    Basic,
    /// A key in a header.
    Header(String),
    /// A key in the query.
    Query(String),
    /// A key in a cookie.
    Cookie(String),
    /// It does not.
    None,
}

/// Why a text is no [`Auth`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected bearer, basic, header:NAME, query:NAME, cookie:NAME or none")]
pub struct BadAuth;

impl FromStr for Auth {
    type Err = BadAuth;

    fn from_str(text: &str) -> Result<Self, BadAuth> {
        let named = |name: &str| {
            let good = |c: char| c.is_ascii_alphanumeric() || "-_.[]".contains(c);
            (!name.is_empty() && name.chars().all(good)).then(|| name.to_owned())
        };
        match text.split_once(':') {
            None => match text {
                "bearer" => Ok(Self::Bearer),
                "basic" => Ok(Self::Basic),
                "none" => Ok(Self::None),
                _ => Err(BadAuth),
            },
            Some(("header", name)) => named(name).map(Self::Header).ok_or(BadAuth),
            Some(("query", name)) => named(name).map(Self::Query).ok_or(BadAuth),
            Some(("cookie", name)) => named(name).map(Self::Cookie).ok_or(BadAuth),
            Some(_) => Err(BadAuth),
        }
    }
}
