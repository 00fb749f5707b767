use std::time::Duration;

use serde_json::Value;

use super::{CredentialSpec, ErrorRule, Headers, credential, errors, parts};
use crate::fault::Fault;
use crate::read::{Faults, Fields, Node};
use crate::template::{Base, Pair, Place};

const KEYS: &[&str] = &[
    "title",
    "description",
    "base_url",
    "headers",
    "query",
    "cookies",
    "hosts",
    "timeout",
    "retries",
    "errors",
    "credential",
];

/// Where the credential of an app is.
#[derive(Debug)]
pub(crate) enum AppCredential {
    /// Under the app's slug among the credentials.
    Shared,
    /// With the app.
    Own(Box<CredentialSpec>),
    /// The service asks for nothing.
    None,
}

/// An app as a manifest has it.
#[derive(Debug)]
pub(crate) struct AppSpec {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) base: Base,
    pub(crate) headers: Headers,
    pub(crate) query: Vec<Pair>,
    pub(crate) cookies: Vec<Pair>,
    pub(crate) hosts: Option<Vec<String>>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retries: Option<u8>,
    pub(crate) errors: Vec<ErrorRule>,
    pub(crate) credential: AppCredential,
}

impl AppSpec {
    pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<Self> {
        let fields = node.fields(KEYS, faults)?;
        let base = base(&fields, faults);
        let headers = parts::headers(&fields, faults);
        Some(Self {
            title: fields.text("title", faults),
            description: fields.text("description", faults),
            cookies: parts::cookies(&fields, &headers, faults),
            headers,
            query: parts::pairs(&fields, "query", Place::Query, faults),
            hosts: credential::hosts(&fields, faults),
            timeout: parts::timeout(&fields, faults),
            retries: parts::retries(&fields, faults),
            errors: errors::rules(&fields, faults),
            credential: own(&fields, faults)?,
            base: base?,
        })
    }
}

fn base(fields: &Fields<'_>, faults: &mut Faults) -> Option<Base> {
    let node = fields.need("base_url", faults)?;
    match Base::parse(node.text(faults)?, &node.at) {
        Ok(base) => Some(base),
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

fn own(fields: &Fields<'_>, faults: &mut Faults) -> Option<AppCredential> {
    let Some(node) = fields.get("credential") else {
        return Some(AppCredential::Shared);
    };
    match node.value {
        Value::String(text) if text == "none" => Some(AppCredential::None),
        Value::Object(_) => CredentialSpec::read(&node, faults)
            .map(Box::new)
            .map(AppCredential::Own),
        _ => {
            let message = "expected `none`, or the keys of a credential";
            let fault = Fault::new(node.at, message);
            faults.push(fault.suggest("a credential in `credentials` has the slug of its app"));
            None
        }
    }
}
