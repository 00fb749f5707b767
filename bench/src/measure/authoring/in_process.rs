//! The same HTTP action without the gateway around it: input validated, request made and sent, answer
//! validated.

use std::net::SocketAddr;
use std::sync::Arc;

use keyway_core::action::{Registry, Reply};
use keyway_core::ports::{Clock, HttpSend, NoCaller};
use keyway_core::rpc::RawJson;
use keyway_core::{Context, Principal, Subject};
use keyway_egress::{Egress, EgressConfig};
use keyway_manifest::Manifest;
use tokio_util::sync::CancellationToken;

use super::requests::{FETCH, definition};
use crate::Failure;

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// The action, and what its calls have.
pub(super) struct InProcess {
    registry: Registry,
    http: Arc<dyn HttpSend>,
}

struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
}

impl InProcess {
    pub(super) fn new(service: SocketAddr) -> Result<Self, Failure> {
        let manifest = Manifest::read(&definition(service));
        let built = manifest.and_then(|manifest| manifest.build());
        let built = built.map_err(|faults| format!("{faults:?}"))?;
        let registry = Registry::new(built.actions).map_err(|clashes| format!("{clashes:?}"))?;
        let http = Arc::new(Egress::new(EgressConfig::default()));
        Ok(Self { registry, http })
    }

    /// Calls it, and sees that it answers rightly.
    pub(super) async fn call(&self, token: &str) -> Result<(), Failure> {
        let entry = self.registry.get(FETCH).ok_or("there is no such action")?;
        let said = format!(r#"{{"message":"{token}"}}"#);
        let input = RawJson::parse(said.clone().into())?;
        entry.validate(&input)?;
        let context = Context::new(
            Principal::new(format!("org_{ID}").parse()?, Subject::Anonymous),
            format!("req_{ID}").parse()?,
            CancellationToken::new(),
            Arc::new(NoCaller),
            Arc::new(Epoch),
        )
        .with_http(Arc::clone(&self.http));
        let reply = entry.action().run(context, input).await?;
        entry.validate_output(&reply)?;
        match reply {
            Reply::Data(data) if data.as_str() == said => Ok(()),
            _ => Err("a wrong answer of the action".into()),
        }
    }
}
