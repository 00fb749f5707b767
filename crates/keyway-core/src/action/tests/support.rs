use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::ports::{Caller, Clock, NoCaller};
use crate::{Context, OrgId, Principal, RequestId, Subject};

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
}

/// A context whose caller listens to nothing.
pub(super) fn context() -> Context {
    context_of(Arc::new(NoCaller))
}

/// A context with this caller.
pub(super) fn context_of(caller: Arc<dyn Caller>) -> Context {
    let organization: OrgId = format!("org_{ID}").parse().unwrap();
    let request: RequestId = format!("req_{ID}").parse().unwrap();
    Context::new(
        Principal::new(organization, Subject::Anonymous),
        request,
        CancellationToken::new(),
        caller,
        Arc::new(FixedClock),
    )
}
