use bytes::Bytes;
use http::header::LINK;
use http::{HeaderMap, StatusCode};
use keyway_core::client::Response;
use keyway_core::json::{Bounds, check};
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind};
use serde_json::Value;

use crate::spec::{ResultSpec, Select};

/// An answer that is a success.
pub(super) struct Answer {
    body: Bytes,
    /// Its `Link` headers.
    pub(super) links: Vec<String>,
}

impl Answer {
    pub(super) async fn read(response: Response) -> Result<Self, Error> {
        let links = links(response.headers());
        let nothing = matches!(
            response.status(),
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT
        );
        let body = response.bytes().await?;
        let body = if nothing { Bytes::new() } else { body };
        Ok(Self { body, links })
    }

    /// How many bytes its body has.
    pub(super) fn size(&self) -> u64 {
        u64::try_from(self.body.len()).unwrap_or(u64::MAX)
    }

    /// True without a body, or with one of white space only.
    pub(super) fn is_empty(&self) -> bool {
        self.body.iter().all(u8::is_ascii_whitespace)
    }

    fn raw(&self) -> Result<RawJson, Error> {
        let bounds = Bounds {
            bytes: self.body.len(),
            nodes: NODES,
            ..Bounds::default()
        };
        check(&self.body, bounds).map_err(|_| {
            Error::new(
                Kind::BadGateway,
                "upstream_too_large",
                "the answer of the service holds more values than allowed",
            )
        })?;
        RawJson::parse(self.body.clone()).map_err(|error| not_json(&error))
    }

    /// The body, read.
    pub(super) fn value(&self) -> Result<Value, Error> {
        let raw = self.raw()?;
        raw.read().map_err(|error| not_json(&error))
    }
}

/// The most values and keys an answer may have.
const NODES: usize = 1_000_000;

fn links(headers: &HeaderMap) -> Vec<String> {
    let all = headers.get_all(LINK).iter();
    all.filter_map(|value| value.to_str().ok().map(str::to_owned))
        .collect()
}

/// What becomes of one answer.
pub(super) fn result(spec: &ResultSpec, answer: &Answer) -> Result<RawJson, Error> {
    if answer.is_empty() {
        let empty = match (&spec.empty, spec.text) {
            (Some(value), _) => value.clone(),
            (None, true) => "".into(),
            (None, false) => Value::Null,
        };
        return written(&empty);
    }
    if spec.text {
        return written(&String::from_utf8_lossy(&answer.body));
    }
    let Some(select) = &spec.select else {
        return answer.raw();
    };
    let value = answer.value()?;
    let found = select.all(&value);
    if !spec.one {
        return written(&found);
    }
    match (found.first(), &spec.empty) {
        (Some(first), _) => written(first),
        (None, Some(empty)) => written(empty),
        (None, None) => Err(unexpected(
            "the answer of the service does not have what the action selects of it",
        )
        .with_hint("the action's `result.empty` would stand for it")),
    }
}

/// The items of one page.
pub(super) fn items(select: Option<&Select>, value: Value) -> Result<Vec<Value>, Error> {
    match (select, value) {
        (Some(select), value) => Ok(select.all(&value).into_iter().cloned().collect()),
        (None, Value::Array(items)) => Ok(items),
        (None, _) => Err(
            unexpected("the answer of the service is no list, as a page has to be")
                .with_hint("the action's `result.select` says where the list is"),
        ),
    }
}

pub(super) fn written(value: &(impl serde::Serialize + ?Sized)) -> Result<RawJson, Error> {
    RawJson::of(&value).map_err(Error::internal)
}

/// An answer that is not what its definition says.
pub(super) fn unexpected(message: &'static str) -> Error {
    Error::new(Kind::BadGateway, "upstream_unexpected", message)
}

fn not_json(error: &serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    Error::new(
        Kind::BadGateway,
        "upstream_not_json",
        "the answer of the service is not JSON",
    )
    .with_hint("for a service that answers text, the action's `result` says `text: true`")
    // Its text could repeat what the service sent.
    .with_source(format!("{:?} at {line}:{column}", error.classify()))
}
