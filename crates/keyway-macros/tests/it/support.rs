use std::sync::Arc;

use keyway::action::Reply;
use keyway::credential::{Fields, Lease, LeasedCredential};
use keyway::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, Clock, InputRequests, InputResponses, LogLevel,
};
use keyway::rpc::RawJson;
use keyway::{Action, Context, Error, Principal, Secret, Subject};
use serde_json::Value;
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

/// The context of a call for which these credentials were leased: key and fields as JSON.
pub(crate) fn context(leased: &[(&str, &str)]) -> Context {
    let organization = format!("org_{ID}").parse().unwrap();
    let request = format!("req_{ID}").parse().unwrap();
    let principal = Principal::new(organization, Subject::Anonymous);
    let leased = leased.iter().map(|(key, fields)| LeasedCredential {
        key: (*key).into(),
        fields: Fields::new(Secret::new(fields.as_bytes().to_vec())),
        hosts: None,
    });
    Context::new(
        principal,
        request,
        CancellationToken::new(),
        Arc::new(Silent),
        Arc::new(Still),
    )
    .with_lease(Lease::new(leased.collect()))
}

/// Runs an action and reads its answer.
pub(crate) async fn run(action: &Action, context: Context, input: &str) -> Result<Value, Error> {
    let input = RawJson::parse(input.to_owned().into()).unwrap();
    match action.run(context, input).await? {
        Reply::Data(data) => Ok(serde_json::from_str(data.as_str()).unwrap()),
        Reply::Content(blocks) => Ok(serde_json::to_value(blocks).unwrap()),
    }
}
