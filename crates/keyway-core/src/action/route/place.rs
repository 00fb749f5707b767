use std::collections::HashSet;

use serde_json::Value;

use super::decode::{Plus, decode};
use super::{ROUTES, Route};
use crate::action::coerce::{self, items, json_as, property, property_names, wants_many};
use crate::action::{Action, Expose};
use crate::json::{self, quote};
use crate::rpc::RawJson;
use crate::{Error, Kind};

/// The most segments of a path, and the most parameters of a query, that are read.
const MOST: usize = 256;

/// Where each input of an action with a route comes from.
#[derive(Debug)]
pub(crate) struct Placing {
    route: Route,
    path: Vec<String>,
    query: Vec<Parameter>,
}

/// An input that comes from the query.
#[derive(Debug)]
struct Parameter {
    name: String,
    many: bool,
}

/// The segments of a path behind [`ROUTES`], decoded.
///
/// ```
/// use keyway_core::action::segments;
///
/// assert_eq!(segments("/tickets/a%2Fb").unwrap(), ["tickets", "a/b"]);
/// for path in ["/a//b", "/a/", "/a/..", "/%2e%2E/a", "/%zz", "/%ff", "a"] {
///     assert_eq!(segments(path).unwrap_err().code(), "malformed_path", "{path}");
/// }
/// ```
///
/// # Errors
///
/// `malformed_path` for a segment that is empty, `.` or `..`, also where that is encoded, and for
/// encoding that is broken or not of UTF-8: what a proxy and a gateway could read differently.
pub fn segments(path: &str) -> Result<Vec<String>, Error> {
    let bad = || {
        Error::new(
            Kind::Malformed,
            "malformed_path",
            "a part of the path is empty, `.`, `..`, or not percent-encoded UTF-8",
        )
    };
    let rest = path.strip_prefix('/').ok_or_else(bad)?;
    if rest.split('/').count() > MOST {
        return Err(bad());
    }
    let read = |part: &str| {
        let part = decode(part, Plus::Plus)?;
        let plain = !matches!(&*part, "" | "." | "..") && !part.chars().any(char::is_control);
        plain.then(|| part.into_owned())
    };
    let all: Option<Vec<_>> = rest.split('/').map(read).collect();
    all.ok_or_else(bad)
}

/// The parameters of a query, decoded, in their order.
///
/// ```
/// use keyway_core::action::query_pairs;
///
/// let pairs = query_pairs("q=a+b%26c&tag=x&tag=y").unwrap();
/// assert_eq!(pairs[0], ("q".to_owned(), "a b&c".to_owned()));
/// assert_eq!(pairs.len(), 3);
/// assert_eq!(query_pairs("q=%f").unwrap_err().code(), "malformed_query");
/// ```
///
/// # Errors
///
/// `malformed_query` for encoding that is broken or not of UTF-8, and for more than 256 parameters.
pub fn query_pairs(query: &str) -> Result<Vec<(String, String)>, Error> {
    let bad = || {
        Error::new(
            Kind::Malformed,
            "malformed_query",
            "the query is not percent-encoded UTF-8, or has more than 256 parameters",
        )
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let read = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name, Plus::Space)?, decode(value, Plus::Space)?);
        Some((name.into_owned(), value.into_owned()))
    };
    let all: Option<Vec<_>> = pairs.take(MOST + 1).map(read).collect();
    all.filter(|all| all.len() <= MOST).ok_or_else(bad)
}

impl Placing {
    /// Gives each input its place; the text says what is wrong.
    pub(crate) fn of(action: &Action) -> Result<Option<Self>, String> {
        let Some((method, text)) = action.get_route() else {
            return Ok(None);
        };
        let wrong = |why: String| format!("its route `{method} {text}` cannot be used: {why}");
        let route = Route::parse(method, text).map_err(wrong)?;
        check(action, &route).map_err(wrong)?;
        let schema = action.input_schema();
        let path: Vec<_> = route.parameters().map(str::to_owned).collect();
        let named = if route.takes_body() {
            route.query.clone()
        } else {
            let mut names = property_names(schema);
            names.retain(|name| !path.contains(name));
            names
        };
        let query = named.into_iter().map(|name| Parameter {
            many: property(schema, schema, &name, 0).is_some_and(|of| wants_many(schema, of)),
            name,
        });
        Ok(Some(Self {
            query: query.collect(),
            path,
            route,
        }))
    }

    /// The route itself.
    pub(crate) fn route(&self) -> &Route {
        &self.route
    }

    /// The path as documents show it: `/api/tickets/{id}`.
    pub(crate) fn shown(&self) -> String {
        format!("{ROUTES}{}", self.route.path)
    }

    /// The inputs in the path, in order.
    pub(crate) fn in_path(&self) -> &[String] {
        &self.path
    }

    /// The inputs in the query.
    pub(crate) fn in_query(&self) -> impl Iterator<Item = &str> {
        self.query.iter().map(|parameter| parameter.name.as_str())
    }

    /// Puts an input together. Nothing overwrites anything: what is given twice is refused.
    pub(crate) fn input(
        &self,
        schema: &Value,
        path: &[String],
        query: &[(String, String)],
        body: Option<&RawJson>,
    ) -> Result<RawJson, Error> {
        let mut members = Vec::new();
        for (name, text) in self.path.iter().zip(path) {
            members.push((name.as_str(), coerce::json_of(schema, name, text)));
        }
        if let Some(stranger) = query
            .iter()
            .find(|(name, _)| self.parameter(name).is_none())
        {
            return Err(if self.path.contains(&stranger.0) {
                twice(&stranger.0)
            } else {
                self.unknown()
            });
        }
        for parameter in &self.query {
            let mut given = query.iter().filter(|(name, _)| *name == parameter.name);
            let Some((_, first)) = given.next() else {
                continue;
            };
            let rest = given.map(|(_, text)| text.as_str());
            members.push((&parameter.name, parameter.json(schema, first, rest)?));
        }
        let Some(body) = body else {
            return Ok(coerce::object(members.into_iter()));
        };
        if !self.route.takes_body() {
            return Err(Error::new(
                Kind::Malformed,
                "body_not_taken",
                "by this method the inputs are in the path and the query, and there is no body",
            ));
        }
        self.merge(&members, body)
    }

    /// Adds what the body holds to what path and query say.
    fn merge(&self, members: &[(&str, String)], body: &RawJson) -> Result<RawJson, Error> {
        if members.is_empty() && self.query.is_empty() && self.path.is_empty() {
            return Ok(body.clone());
        }
        if !body.as_str().trim_start().starts_with('{') {
            return Err(Error::invalid_at("", "an object"));
        }
        let mut seen = HashSet::new();
        let mut written: Vec<String> = Vec::new();
        for (name, value) in members {
            written.push(format!("{}:{value}", quote(name)));
        }
        for member in json::members(body.as_str()) {
            let name = member.key.as_ref();
            if self.path.iter().any(|own| own == name)
                || members.iter().any(|(own, _)| *own == name)
            {
                return Err(twice(name));
            }
            if self.parameter(name).is_some() {
                return Err(Error::new(
                    Kind::Malformed,
                    "misplaced_input",
                    format!("`{name}` is a parameter of the query, not of the body"),
                ));
            }
            if !seen.insert(member.key.to_string()) {
                return Err(Error::new(
                    Kind::Malformed,
                    "given_twice",
                    "an input is twice in the body",
                ));
            }
            written.push(format!("{}:{}", quote(name), member.value));
        }
        let text = format!("{{{}}}", written.join(","));
        RawJson::parse(text.into()).map_err(|_| Error::invalid_at("", "an object"))
    }

    fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.query.iter().find(|parameter| parameter.name == name)
    }

    fn unknown(&self) -> Error {
        let error = Error::new(
            Kind::Malformed,
            "unknown_parameter",
            "the query has a parameter that is not known here",
        );
        let names: Vec<_> = self.in_query().map(|name| format!("`{name}`")).collect();
        error.with_hint(match names.as_slice() {
            [] => "this path takes no parameters".to_owned(),
            names => format!("the parameters are {}", names.join(", ")),
        })
    }
}

impl Parameter {
    fn json<'t>(
        &self,
        schema: &Value,
        first: &'t str,
        rest: impl Iterator<Item = &'t str>,
    ) -> Result<String, Error> {
        let rest: Vec<_> = rest.collect();
        if !self.many {
            return if rest.is_empty() {
                Ok(coerce::json_of(schema, &self.name, first))
            } else {
                Err(twice(&self.name))
            };
        }
        let each = property(schema, schema, &self.name, 0).and_then(|of| items(schema, of));
        let json = |text: &str| match each {
            Some(each) => json_as(schema, each, text),
            None => quote(text),
        };
        let all: Vec<_> = std::iter::once(first).chain(rest).map(json).collect();
        Ok(format!("[{}]", all.join(",")))
    }
}

/// What a route cannot do with an action.
fn check(action: &Action, route: &Route) -> Result<(), String> {
    let schema = action.input_schema();
    if action.is_said_to_be_nowhere() {
        return Err("the action says `expose(Expose::NONE)`".into());
    }
    if route.method == http::Method::GET && action.get_annotations().read_only != Some(true) {
        return Err(
            "GET is for what changes nothing: say `.read_only()`, or take another method".into(),
        );
    }
    let named: Vec<_> = route
        .parameters()
        .chain(route.query.iter().map(String::as_str))
        .collect();
    for name in &named {
        let Some(found) = property(schema, schema, name, 0) else {
            return Err(format!("`{name}` is not among its inputs"));
        };
        let in_path = route.parameters().any(|own| own == *name);
        if in_path && wants_many(schema, found) {
            return Err(format!(
                "`{name}` is an array, and a part of a path is one text"
            ));
        }
    }
    let all = property_names(schema);
    let in_url = all
        .iter()
        .filter(|name| !route.takes_body() || named.contains(&name.as_str()));
    for name in in_url {
        let found = property(schema, schema, name, 0);
        if found.is_some_and(|of| of.get("writeOnly") == Some(&Value::Bool(true))) {
            return Err(format!(
                "`{name}` is a secret, and URLs are written down everywhere: take it in a body"
            ));
        }
        let queued = action.exposure().contains(Expose::TASK);
        if queued && name == "background" && !route.parameters().any(|own| own == name) {
            return Err("`background` in the query says how the action runs".into());
        }
    }
    Ok(())
}

fn twice(name: &str) -> Error {
    Error::new(
        Kind::Malformed,
        "given_twice",
        format!("`{name}` is given twice: each input has one place"),
    )
}
