//! Actions under a method and a path of their own.

mod decode;
mod find;
mod place;
#[cfg(test)]
mod tests;

use std::fmt;

use http::Method;

use super::Action;

pub use find::Routed;
pub(super) use find::Routes;
pub(super) use place::Placing;
pub use place::{query_pairs, segments};

/// Where the paths of actions begin. Nothing of a gateway's own is there.
pub const ROUTES: &str = "/api";

/// The longest path of a route, in bytes.
const MAX_PATH: usize = 1000;
/// The methods a route may have. `HEAD` comes with `GET`, `OPTIONS` with each.
const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// A method and a path, as an action says them: `POST /tickets/{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// As it was written, without what it says of the query.
    pub(super) path: String,
    segments: Vec<Segment>,
    /// The inputs it takes from the query although it takes a body.
    query: Vec<String>,
}

/// One segment of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Parameter(String),
}

impl Action {
    /// Serves it over HTTP under a method and a path of its own, which begins with `/api`, besides
    /// `POST /v1/actions/{slug}`: it says so, so it needs no [`Expose::HTTP`](super::Expose::HTTP).
    ///
    /// Each `{name}` in the path is an input of that name. The other inputs come from the query with
    /// `GET` and `DELETE`, and from the JSON in the body with `POST`, `PUT` and `PATCH`, those apart
    /// that the path names as parameters of the query: `/tickets/{id}{?notify}`. No input has two
    /// places, and one that is given twice is refused. Texts in path and query become what the
    /// schema wants; an array is its parameter repeated.
    ///
    /// A `GET` route answers `HEAD` as well and is for actions that say they are
    /// [`read_only`](Action::read_only).
    ///
    /// ```
    /// use http::Method;
    /// use keyway_core::Action;
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Comment { ticket: u64, text: String, notify: Option<bool> }
    ///
    /// let comment = Action::new("ticket:comment", |_, input: Comment| async move { Ok(input.text) })
    ///     .route(Method::POST, "/tickets/{ticket}/comments{?notify}");
    /// assert_eq!(comment.get_route(), Some((&Method::POST, "/tickets/{ticket}/comments{?notify}")));
    /// ```
    pub fn route(mut self, method: Method, path: impl Into<String>) -> Self {
        self.route = Some((method, path.into()));
        self
    }

    /// The method and the path of its own, as they were said.
    pub fn get_route(&self) -> Option<(&Method, &str)> {
        let (method, path) = self.route.as_ref()?;
        Some((method, path))
    }
}

impl Route {
    /// Reads a method and a path; the text says what is wrong.
    pub(super) fn parse(method: &Method, text: &str) -> Result<Self, String> {
        if !METHODS.contains(method) {
            return Err("the method is one of GET, POST, PUT, PATCH and DELETE".into());
        }
        let (path, query) = match text.split_once("{?") {
            Some((path, query)) => (path, Some(query)),
            None => (text, None),
        };
        let query = match query {
            Some(query) => declared(query)?,
            None => Vec::new(),
        };
        let rest = path.strip_prefix('/').filter(|_| path.len() <= MAX_PATH);
        let rest = rest.ok_or("a path begins with `/` and has at most 1000 bytes")?;
        let segments = rest.split('/').map(segment).collect::<Result<_, _>>()?;
        let route = Self {
            method: method.clone(),
            path: path.to_owned(),
            segments,
            query,
        };
        route.unique()?;
        Ok(route)
    }

    /// The names in the path, in order.
    fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Parameter(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    fn unique(&self) -> Result<(), String> {
        let mut names: Vec<_> = self.parameters().collect();
        names.extend(self.query.iter().map(String::as_str));
        names.sort_unstable();
        match names.windows(2).find(|pair| pair.first() == pair.last()) {
            Some([twice, ..]) => Err(format!("`{twice}` is in it twice")),
            _ => Ok(()),
        }
    }

    /// True when the inputs that are not in the path come in the body.
    pub(super) fn takes_body(&self) -> bool {
        matches!(self.method, Method::POST | Method::PUT | Method::PATCH)
    }

    /// What makes two routes the same one: the names of parameters do not.
    pub(super) fn form(&self) -> String {
        let mut form = format!("{} {ROUTES}", self.method);
        for segment in &self.segments {
            form.push('/');
            match segment {
                Segment::Literal(text) => form.push_str(text),
                Segment::Parameter(_) => form.push_str("{}"),
            }
        }
        form
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {ROUTES}{}", self.method, self.path)
    }
}

/// The names in `{?a,b}`.
fn declared(query: &str) -> Result<Vec<String>, String> {
    let names = query.strip_suffix('}');
    let names = names.ok_or("`{?…}` ends it: parameters of the query come last")?;
    names.split(',').map(name).collect()
}

fn segment(text: &str) -> Result<Segment, String> {
    if let Some(parameter) = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
        return name(parameter).map(Segment::Parameter);
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&b);
    if text.is_empty() || text == "." || text == ".." || !text.bytes().all(plain) {
        return Err(
            "each part of the path is a `{name}` or text that needs no percent-encoding, and none \
             is empty, `.` or `..`"
                .into(),
        );
    }
    Ok(Segment::Literal(text.to_owned()))
}

fn name(text: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if text.is_empty() || !text.bytes().all(plain) {
        return Err("the name of a parameter has letters, digits, `_` and `-` only".into());
    }
    Ok(text.to_owned())
}
