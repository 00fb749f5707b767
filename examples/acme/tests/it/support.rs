use std::sync::Arc;

use keyway_core::action::{Registry, Reply};
use keyway_core::credential::{Fields, Lease, LeasedCredential};
use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, Clock, InputRequests, InputResponses, LogLevel,
};
use keyway_core::rpc::RawJson;
use keyway_core::{Context, Error, Principal, Secret, Subject};
use keyway_egress::{Egress, EgressConfig};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

struct Still;

impl Clock for Still {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
}

struct Silent;

impl Caller for Silent {
    fn capabilities(&self) -> ClientCapabilities {
        ClientCapabilities::default()
    }

    fn wants_progress(&self) -> bool {
        false
    }

    fn log_level(&self) -> Option<LogLevel> {
        None
    }

    fn notify(&self, _: &str, _: Box<serde_json::value::RawValue>) {}

    fn ask(&self, _: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        Box::pin(std::future::ready(Err(AskError::Cancelled)))
    }

    fn takes_input_required(&self) -> bool {
        false
    }
}

/// Calls an action of the app with a key for the Acme at this address.
pub(crate) async fn call(url: &str, key: &str, slug: &str, input: Value) -> Result<Value, Error> {
    let (credential, actions) = keyway_acme::app().into_parts();
    let registry = Registry::new(actions).unwrap();
    let entry = registry.get(slug).unwrap();
    let input = RawJson::of(&input).unwrap();
    entry.validate(&input)?;
    let fields = json!({ "apiKey": key, "url": url }).to_string();
    let lease = Lease::new(vec![LeasedCredential {
        key: credential.key().into(),
        fields: Fields::new(Secret::new(fields.into_bytes())),
        hosts: credential.get_hosts().cloned(),
    }]);
    let organization = format!("org_{ID}").parse().unwrap();
    let context = Context::new(
        Principal::new(organization, Subject::Anonymous),
        format!("req_{ID}").parse().unwrap(),
        CancellationToken::new(),
        Arc::new(Silent),
        Arc::new(Still),
    )
    .with_lease(lease)
    .with_http(Arc::new(Egress::new(EgressConfig::default())));
    match entry.action().run(context, input).await? {
        Reply::Data(data) => Ok(serde_json::from_str(data.as_str()).unwrap()),
        Reply::Content(blocks) => Ok(serde_json::to_value(blocks).unwrap()),
    }
}
