use keyway_core::Error;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

use super::text::{Piece, write};
use super::{Expression, Filling, Pair, Place, Scope, Template};
use crate::fault::{Fault, Spot};

/// What is written as it is in the fixed parts of a path (RFC 3986, section 3.3), `%` included.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'[')
    .add(b']');
/// The same for a query.
const QUERY: &AsciiSet = &PATH.add(b'\'');

/// Where requests begin: scheme, host, port and the beginning of the path. Nothing of it is filled in.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    /// Without a slash at its end.
    text: String,
    host: String,
    port: u16,
}

impl Base {
    pub(crate) fn parse(text: &str, at: &Spot) -> Result<Self, Fault> {
        let wrong = || {
            let what = "expected an `https://` or `http://` URL without user information, query and fragment";
            Fault::new(at.clone(), what)
        };
        if text.contains("{{") {
            let fault = Fault::new(at.clone(), "the host of a service cannot come from a value");
            return Err(fault.suggest("write it out"));
        }
        let url = Url::parse(text).map_err(|_| wrong())?;
        let bare = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let web = matches!(url.scheme(), "http" | "https");
        let host = url.host_str().filter(|host| !host.is_empty());
        let (Some(host), true, true) = (host, bare, web) else {
            return Err(wrong());
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Ok(Self {
            host: host.trim_end_matches('.').to_owned(),
            port: url.port_or_known_default().unwrap_or(443),
            text: url.as_str().trim_end_matches('/').to_owned(),
        })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The host as it is declared, with its port where the URL names one.
    pub(crate) fn declared(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        let plain = if self.text.starts_with("https:") {
            443
        } else {
            80
        };
        if self.port == plain {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }
}

/// A URL as a manifest has it.
#[derive(Debug)]
pub(crate) struct UrlSource(Template);

/// A URL to be filled: only segments of its path and values of its query can be.
#[derive(Debug)]
pub(crate) struct UrlTemplate {
    base: Base,
    segments: Vec<Vec<Piece>>,
    pub(crate) query: Vec<Pair>,
    at: Spot,
}

impl UrlSource {
    pub(crate) fn parse(text: &str, at: &Spot) -> Result<Self, Fault> {
        Template::parse(text, at).map(Self)
    }

    /// Puts it behind the base of an app, unless it has its own.
    pub(crate) fn on(self, base: Option<&Base>) -> Result<UrlTemplate, Fault> {
        let Template { mut pieces, at } = self.0;
        let named = matches!(pieces.first(), Some(Piece::Value(first)) if first.is_base_url());
        if named {
            pieces.remove(0);
        }
        let base = match pieces.first_mut() {
            Some(Piece::Literal(text)) if !named && is_absolute(text) => {
                let start = text.find("://").map_or(0, |found| found + 3);
                let end = text
                    .get(start..)
                    .and_then(|rest| rest.find(['/', '?', '#']));
                let end = end.map(|end| start + end);
                if end.is_none() && pieces.len() > 1 {
                    let fault = Fault::new(at, "the host of a service cannot come from a value");
                    return Err(fault.suggest("write it out"));
                }
                let Some(Piece::Literal(text)) = pieces.first_mut() else {
                    return Err(Fault::new(at, "expected a URL"));
                };
                let rest = text.split_off(end.unwrap_or(text.len()));
                let base = Base::parse(text, &at)?;
                *text = rest;
                base
            }
            _ => base.cloned().ok_or_else(|| {
                let fault = Fault::new(at.clone(), "an action without an app needs a whole URL");
                fault.suggest("write `https://…`, or name an app in `app`")
            })?,
        };
        let (path, query) = halves(pieces, &at)?;
        Ok(UrlTemplate {
            base,
            segments: segments(path, &at)?,
            query: pairs(query, &at)?,
            at,
        })
    }
}

impl UrlTemplate {
    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    pub(crate) fn at(&self) -> &Spot {
        &self.at
    }

    /// The expressions of its path.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.segments
            .iter()
            .flatten()
            .filter_map(|piece| match piece {
                Piece::Literal(_) => None,
                Piece::Value(expression) => Some(expression),
            })
    }

    /// The URL without its query.
    pub(crate) fn fill(&self, scope: &Scope<'_>) -> Result<String, Error> {
        let mut url = self.base.text.clone();
        for segment in &self.segments {
            let start = url.len() + 1;
            url.push('/');
            let mut last = None;
            for piece in segment {
                match piece {
                    Piece::Literal(text) => url.push_str(text),
                    Piece::Value(expression) => {
                        let value = expression.value(scope)?.filter(|value| !value.is_null());
                        let value = value
                            .ok_or_else(|| expression.wrong("a value: it is a part of a path"))?;
                        write(expression, &value, Place::Segment, &mut url)?;
                        last = Some(expression);
                    }
                }
            }
            let made = url.get(start..).unwrap_or_default();
            if let Some(expression) = last {
                if made.is_empty() {
                    return Err(expression.wrong("text that is not empty: it is a part of a path"));
                }
                if is_dots(made) {
                    return Err(expression.wrong("a part of a path that leads nowhere else"));
                }
            }
        }
        Ok(url)
    }
}

fn is_absolute(text: &str) -> bool {
    let begins = |scheme: &str| {
        let start = text.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    begins("http://") || begins("https://")
}

/// What a URL parser takes for `.` or `..` (WHATWG URL, "single-dot" and "double-dot path segment").
fn is_dots(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase().replace("%2e", ".");
    matches!(segment.as_str(), "." | "..")
}

/// Takes the pieces apart at the first `?` that is fixed.
fn halves(pieces: Vec<Piece>, at: &Spot) -> Result<(Vec<Piece>, Vec<Piece>), Fault> {
    let (mut path, mut query) = (Vec::new(), Vec::new());
    let mut asked = false;
    for piece in pieces {
        match piece {
            Piece::Literal(text) => {
                if text.contains('#') {
                    return Err(Fault::new(at.clone(), "a fragment (`#`) is not sent"));
                }
                match text.split_once('?') {
                    Some((before, after)) if !asked => {
                        asked = true;
                        path.push(Piece::Literal(before.to_owned()));
                        query.push(Piece::Literal(after.to_owned()));
                    }
                    _ if asked => query.push(Piece::Literal(text)),
                    _ => path.push(Piece::Literal(text)),
                }
            }
            Piece::Value(value) if asked => query.push(Piece::Value(value)),
            Piece::Value(value) => path.push(Piece::Value(value)),
        }
    }
    Ok((path, query))
}

fn segments(path: Vec<Piece>, at: &Spot) -> Result<Vec<Vec<Piece>>, Fault> {
    let mut segments: Vec<Vec<Piece>> = Vec::new();
    for piece in path {
        match piece {
            Piece::Literal(text) => {
                let text = match (segments.is_empty(), text.strip_prefix('/')) {
                    (true, None) if text.is_empty() => continue,
                    // Behind the base there is a slash, whether it is written or not.
                    (true, rest) => {
                        segments.push(Vec::new());
                        rest.unwrap_or(&text)
                    }
                    (false, _) => &text,
                };
                for (index, part) in text.split('/').enumerate() {
                    if index > 0 {
                        segments.push(Vec::new());
                    }
                    let part = utf8_percent_encode(part, PATH).to_string();
                    if let (Some(segment), false) = (segments.last_mut(), part.is_empty()) {
                        segment.push(Piece::Literal(part));
                    }
                }
            }
            Piece::Value(value) => {
                if segments.is_empty() {
                    segments.push(Vec::new());
                }
                if let Some(segment) = segments.last_mut() {
                    segment.push(Piece::Value(value));
                }
            }
        }
    }
    for segment in &segments {
        if let [Piece::Literal(text)] = segment.as_slice()
            && is_dots(text)
        {
            return Err(Fault::new(at.clone(), "`.` and `..` lead elsewhere"));
        }
    }
    Ok(segments)
}

fn pairs(query: Vec<Piece>, at: &Spot) -> Result<Vec<Pair>, Fault> {
    let mut pairs: Vec<Pair> = Vec::new();
    // The name that is being read, until there is a value for it.
    let mut open = true;
    for piece in query {
        match piece {
            Piece::Literal(text) => {
                for (index, part) in text.split('&').enumerate() {
                    if index > 0 {
                        open = true;
                    }
                    let part = utf8_percent_encode(part, QUERY).to_string();
                    if !open {
                        extend(&mut pairs, Piece::Literal(part));
                    } else if !part.is_empty() {
                        let (name, value) = match part.split_once('=') {
                            Some((name, "")) => (name, Some(Vec::new())),
                            Some((name, value)) => {
                                (name, Some(vec![Piece::Literal(value.to_owned())]))
                            }
                            None => (part.as_str(), None),
                        };
                        open = value.is_none();
                        let name = name.to_owned();
                        let value = value.map(|pieces| Filling::Text(Template::of(pieces, at)));
                        pairs.push(Pair { name, value });
                    }
                }
            }
            Piece::Value(_) if open => {
                let message = "the name of a parameter cannot come from a value";
                return Err(Fault::new(at.clone(), message));
            }
            Piece::Value(value) => extend(&mut pairs, Piece::Value(value)),
        }
    }
    Ok(pairs)
}

fn extend(pairs: &mut [Pair], piece: Piece) {
    if let Some(Filling::Text(value)) = pairs.last_mut().and_then(|pair| pair.value.as_mut()) {
        value.pieces.push(piece);
    }
}

impl Expression {
    /// True when it is `base_url` and nothing else.
    fn is_base_url(&self) -> bool {
        matches!(self.plain_variable(), Some("base_url"))
    }
}
