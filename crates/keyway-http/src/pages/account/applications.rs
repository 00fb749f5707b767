use keyway_core::Error;
use keyway_pages::Application;

use crate::pages::Visitor;
use crate::shared::Shared;

/// The applications that act for someone.
#[expect(clippy::unused_async, reason = "asks the authorization server")]
pub(super) async fn of(_shared: &Shared, _visitor: &Visitor) -> Result<Vec<Application>, Error> {
    Ok(Vec::new())
}
