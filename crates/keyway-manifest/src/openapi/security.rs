//! Security schemes as fields of a credential and the places they are sent in.

use serde_json::{Value, json};

use super::names::field;
use super::options::Auth;
use super::report::shown;
use super::resolver::{Node, Resolver};
use super::schemas::shortened;

/// A scheme of the document that a credential can carry.
#[derive(Debug, Clone)]
pub(super) struct Scheme {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) description: Option<String>,
}

/// How a scheme shows who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Header(String),
    Query(String),
    Cookie(String),
    /// `Authorization: <word> <token>`.
    Token(&'static str),
    Basic,
    /// A token of OAuth 2.0 or OpenID Connect, with how it is obtained.
    Access(String),
}

impl Scheme {
    /// Reads a scheme; why not when there is no way to carry it.
    pub(super) fn read(name: &str, node: &Node<'_>) -> Result<Self, String> {
        let kind = match node.text("type") {
            Some("apiKey") => {
                let key = node.text("name").filter(|key| !key.is_empty());
                let key = key.ok_or("an apiKey without a name")?.to_owned();
                match node.text("in") {
                    Some("header") => Kind::Header(key),
                    Some("query") => Kind::Query(key),
                    Some("cookie") => Kind::Cookie(key),
                    _ => return Err("an apiKey in no place that there is".to_owned()),
                }
            }
            Some("http") => {
                let scheme = node.text("scheme").unwrap_or_default().to_ascii_lowercase();
                match scheme.as_str() {
                    "bearer" => Kind::Token("Bearer"),
                    "basic" => Kind::Basic,
                    "token" => Kind::Token("token"),
                    _ => return Err(format!("the HTTP scheme {}", shown(&scheme))),
                }
            }
            Some("oauth2") => Kind::Access(flows(node)),
            Some("openIdConnect") => Kind::Access("OpenID Connect".to_owned()),
            Some(other) => return Err(format!("the type {}", shown(other))),
            None => return Err("no type".to_owned()),
        };
        let description = node.text("description").map(|text| shortened(text, 300));
        Ok(Self {
            name: name.to_owned(),
            kind,
            description: description.filter(|text| !text.is_empty()),
        })
    }

    /// What the operator says where the document does not.
    pub(super) fn given(auth: &Auth) -> Option<Self> {
        let (name, kind) = match auth {
            Auth::Bearer => ("token", Kind::Token("Bearer")),
            Auth::Basic => ("basic", Kind::Basic),
            Auth::Header(name) => ("key", Kind::Header(name.clone())),
            Auth::Query(name) => ("key", Kind::Query(name.clone())),
            Auth::Cookie(name) => ("key", Kind::Cookie(name.clone())),
            Auth::None => return None,
        };
        Some(Self {
            name: name.to_owned(),
            kind,
            description: None,
        })
    }

    /// Which of several is preferred: what people can most easily get, and what is seen least on the way.
    pub(super) fn rank(&self) -> u8 {
        match self.kind {
            Kind::Token(_) => 0,
            Kind::Header(_) => 1,
            Kind::Basic => 2,
            Kind::Access(_) => 3,
            Kind::Cookie(_) => 4,
            Kind::Query(_) => 5,
        }
    }

    /// The fields it needs: their names, and what is said of each.
    pub(super) fn fields(&self, taken: &dyn Fn(&str) -> bool) -> Vec<(String, Value)> {
        let free = |wanted: &str| {
            let own = field(&format!("{}-{wanted}", self.name));
            if taken(wanted) {
                own
            } else {
                wanted.to_owned()
            }
        };
        let secret = |title: &str, about: Option<String>| {
            let mut value = if taken(&field(title)) {
                json!({ "title": format!("{title} ({})", shortened(&self.name, 40)) })
            } else {
                json!({ "title": title })
            };
            if let (Some(map), Some(about)) =
                (value.as_object_mut(), self.description.clone().or(about))
            {
                map.insert("description".into(), about.into());
            }
            value
        };
        match &self.kind {
            Kind::Header(_) | Kind::Query(_) | Kind::Cookie(_) => {
                vec![(free("apiKey"), secret("API key", None))]
            }
            Kind::Token(_) => vec![(free("token"), secret("Token", None))],
            Kind::Access(how) => {
                let about = format!("An access token from {how}");
                vec![(free("accessToken"), secret("Access token", Some(about)))]
            }
            Kind::Basic => vec![
                (
                    free("username"),
                    json!({ "title": "User name", "secret": false }),
                ),
                (free("password"), secret("Password", None)),
            ],
        }
    }
}

/// How an access token is obtained, in words.
fn flows(node: &Node<'_>) -> String {
    let mut addresses: Vec<&str> = Vec::new();
    let flows = node.get("flows");
    for flow in flows
        .iter()
        .filter_map(|flows| flows.value.as_object())
        .flat_map(|all| all.values())
    {
        for key in ["authorizationUrl", "tokenUrl"] {
            addresses.extend(flow.get(key).and_then(Value::as_str));
        }
    }
    match addresses.first() {
        Some(first) => format!("OAuth 2.0 ({})", shortened(first, 200)),
        None => "OAuth 2.0".to_owned(),
    }
}

/// The schemes of a document, and why others cannot be carried.
pub(super) fn all(resolver: &Resolver<'_>) -> Vec<(String, Result<Scheme, String>)> {
    let Some(components) = resolver.root().get("components") else {
        return Vec::new();
    };
    let schemes = components.members("securitySchemes");
    let read = schemes.map(|(name, node)| {
        let scheme = resolver
            .follow(node)
            .and_then(|node| Scheme::read(name, &node));
        (name.clone(), scheme)
    });
    read.collect()
}
