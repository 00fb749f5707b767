use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderName};
use keyway_core::client::Request;
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Secret};

use super::Call;
use crate::spec::{Body, Header};
use crate::template::{self, Pair, Pairs, Place, Scope, filled, joined};

/// A request with its values.
pub(super) struct Filled {
    /// Without its query.
    url: String,
    query: Pairs,
    headers: Vec<(HeaderName, Value)>,
    body: Option<(String, Bytes)>,
}

enum Value {
    Plain(String),
    Secret(Secret<String>),
}

impl Filled {
    pub(super) fn of(call: &Call, scope: &Scope<'_>) -> Result<Self, Error> {
        let http = &call.action.http;
        Ok(Self {
            url: call.url.fill(scope)?,
            query: query(call, scope)?,
            headers: headers(call, scope)?,
            body: body(&http.body, scope)?,
        })
    }

    /// The URL with its query.
    pub(super) fn url(&self) -> String {
        if self.query.is_empty() {
            return self.url.clone();
        }
        format!("{}?{}", self.url, joined(&self.query))
    }

    /// Says a parameter, whatever was said of it before. Name and value are written for a query.
    pub(super) fn set(&mut self, name: &str, value: String) {
        self.query.retain(|(other, _)| other != name);
        self.query.push((name.to_owned(), Some(value)));
    }

    /// Goes to another URL. Parameters it does not have are said to it as before.
    pub(super) fn lead_to(&mut self, url: &url::Url) {
        let names: Vec<_> = url.query().unwrap_or_default().split('&').collect();
        let said = |name: &str| {
            names
                .iter()
                .any(|pair| pair.split('=').next() == Some(name))
        };
        self.query.retain(|(name, _)| !said(name));
        let own = names.iter().filter(|pair| !pair.is_empty());
        let own = own.map(|pair| match pair.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => ((*pair).to_owned(), None),
        });
        let mut query: Pairs = own.collect();
        query.append(&mut self.query);
        self.query = query;
        let mut bare = url.clone();
        bare.set_query(None);
        bare.set_fragment(None);
        self.url = bare.into();
    }

    pub(super) fn put_into(&self, mut request: Request) -> Request {
        for (name, value) in &self.headers {
            request = match value {
                Value::Plain(value) => request.header(name.as_str(), value),
                Value::Secret(value) => request.secret_header(name.as_str(), value),
            };
        }
        match &self.body {
            Some((media_type, bytes)) => request.body(media_type, bytes.clone()),
            None => request,
        }
    }
}

/// The action's own before the app's, whose names it takes the place of.
fn query(call: &Call, scope: &Scope<'_>) -> Result<Pairs, Error> {
    let own = call.url.query.iter().chain(&call.action.http.query);
    let of_app = call.app.iter().flat_map(|app| &app.query);
    both(own, of_app, scope)
}

fn both<'p>(
    own: impl Iterator<Item = &'p Pair> + Clone,
    of_app: impl Iterator<Item = &'p Pair> + Clone,
    scope: &Scope<'_>,
) -> Result<Pairs, Error> {
    let others = own.clone();
    let of_app = of_app.filter(|pair| !others.clone().any(|other| other.name() == pair.name()));
    filled(&own.chain(of_app), scope, Place::Query)
}

fn headers(call: &Call, scope: &Scope<'_>) -> Result<Vec<(HeaderName, Value)>, Error> {
    let mut headers = Vec::new();
    let own = || call.action.http.headers.iter();
    let of_app = call.app.iter().flat_map(|app| &app.headers);
    let has_body = !matches!(call.action.http.body, Body::None);
    let of_app = of_app
        .filter(|header| !own().any(|other| other.name == header.name))
        .filter(|header| !has_body || header.name != CONTENT_TYPE);
    for Header { name, value } in own().chain(of_app) {
        let Some(text) = value.header(scope)? else {
            continue;
        };
        let text = if value.is_secret() {
            Value::Secret(Secret::new(text))
        } else {
            Value::Plain(text)
        };
        headers.push((name.clone(), text));
    }
    let http = &call.action.http;
    let of_app = call.app.iter().flat_map(|app| &app.cookies);
    let cookies = both(http.cookies.iter(), of_app, scope)?;
    if !cookies.is_empty() {
        let cookies = Secret::new(template::cookies(&cookies));
        headers.retain(|(name, _)| *name != COOKIE);
        headers.push((COOKIE, Value::Secret(cookies)));
    }
    if !call.action.result.text && !headers.iter().any(|(name, _)| *name == ACCEPT) {
        headers.push((ACCEPT, Value::Plain("application/json".to_owned())));
    }
    Ok(headers)
}

fn body(body: &Body, scope: &Scope<'_>) -> Result<Option<(String, Bytes)>, Error> {
    Ok(match body {
        Body::None => None,
        Body::Json { tree, media_type } => {
            let value = tree.fill(scope)?;
            let text = value.map(|value| RawJson::of(&value)).transpose();
            let text = text.map_err(Error::internal)?;
            text.map(|text| (media_type.clone(), text.bytes().clone()))
        }
        Body::Form(pairs) => Some((
            Body::form_type().to_owned(),
            joined(&filled(&pairs.iter(), scope, Place::Form)?).into(),
        )),
        Body::Text {
            template,
            place,
            media_type,
        } => {
            let text = template.text(scope, *place)?;
            text.map(|text| (media_type.clone(), text.into()))
        }
    })
}
