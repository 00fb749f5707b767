//! What the tests of this crate share: a way out that writes down what is sent, and contexts.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use keyway_core::action::Reply;
use keyway_core::credential::{Fields, Lease, LeasedCredential};
use keyway_core::ports::{
    Body, BoxFuture, Clock, Hosts, HttpError, HttpRequest, HttpResponse, HttpSend, NoCaller,
};
use keyway_core::rpc::RawJson;
use keyway_core::{Action, Context, Error, OrgId, Principal, RequestId, Secret, Subject};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{Definitions, Fault, Manifest};

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
}

/// One answer of the service.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

pub(crate) fn answer(status: u16, body: impl Into<String>) -> Answer {
    Answer {
        status,
        headers: Vec::new(),
        body: body.into(),
    }
}

impl Answer {
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A service that gives its answers one after the other, the last one again and again.
pub(crate) struct Service {
    pub(crate) sent: Mutex<Vec<HttpRequest>>,
    answers: Vec<Answer>,
}

impl Service {
    pub(crate) fn new(answers: Vec<Answer>) -> Arc<Self> {
        let sent = Mutex::default();
        Arc::new(Self { sent, answers })
    }

    /// The URLs that were asked.
    pub(crate) fn urls(&self) -> Vec<String> {
        let sent = self.sent.lock().unwrap();
        sent.iter().map(|request| request.url.clone()).collect()
    }

    pub(crate) fn last(&self) -> HttpRequest {
        self.sent.lock().unwrap().last().unwrap().clone()
    }
}

impl HttpSend for Service {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        let mut sent = self.sent.lock().unwrap();
        let last = self.answers.len() - 1;
        let answer = &self.answers[sent.len().min(last)];
        sent.push(request);
        let mut headers = HeaderMap::new();
        for (name, value) in &answer.headers {
            let value = HeaderValue::try_from(value).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        let body = Bytes::from(answer.body.clone());
        let answer = HttpResponse {
            status: StatusCode::from_u16(answer.status).unwrap(),
            headers,
            body: Body::new(futures_util::stream::iter([Ok(body)])),
        };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

/// A context without credentials and without a way out.
pub(crate) fn context() -> Context {
    let organization: OrgId = format!("org_{ID}").parse().unwrap();
    let request: RequestId = format!("req_{ID}").parse().unwrap();
    Context::new(
        Principal::new(organization, Subject::Anonymous),
        request,
        CancellationToken::new(),
        Arc::new(NoCaller),
        Arc::new(FixedClock),
    )
}

/// The same with what is leased for an action: every field of these credentials.
pub(crate) fn leased(context: Context, action: &Action, fields: &[(&str, Value)]) -> Context {
    let lease = action.get_credentials().iter().map(|need| {
        let key = need.definition().key();
        let value = fields.iter().find(|(name, _)| *name == key);
        let value = value.map_or_else(
            || Value::Object(serde_json::Map::default()),
            |(_, v)| v.clone(),
        );
        LeasedCredential {
            key: key.into(),
            fields: Fields::new(Secret::new(value.to_string().into_bytes())),
            hosts: need.definition().get_hosts().cloned(),
        }
    });
    context.with_lease(Lease::new(lease.collect()))
}

pub(crate) fn hosts(names: &[&str]) -> Hosts {
    Hosts::new(names).unwrap()
}

pub(crate) fn built(document: &Value) -> Definitions {
    let manifest = Manifest::read(document).unwrap_or_else(|faults| panic!("{faults:#?}"));
    manifest
        .build()
        .unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// What is wrong with a document, whichever look finds it.
pub(crate) fn faults(document: &Value) -> Vec<Fault> {
    let (manifest, mut faults) = Manifest::read_file("", document);
    faults.extend(manifest.build().err().unwrap_or_default());
    faults
}

/// Every action of some definitions, with what they need.
pub(crate) fn actions(definitions: Definitions) -> Vec<Action> {
    let apps = definitions.apps.into_iter();
    let of_apps = apps.flat_map(|app| app.into_parts().1);
    of_apps.chain(definitions.actions).collect()
}

/// Runs an action on an input, with these credentials.
pub(crate) fn run(
    action: &Action,
    service: &Arc<Service>,
    credentials: &[(&str, Value)],
    input: &Value,
) -> Result<Value, Error> {
    let context = leased(context(), action, credentials).with_http(service.clone());
    let input = RawJson::of(input).unwrap();
    let reply = action.run(context, input).now_or_never().unwrap()?;
    let Reply::Data(data) = reply else {
        panic!("data was expected");
    };
    Ok(data.read().unwrap())
}
