use keyway_app::people::{LinkLook, LinkPurpose};
use keyway_core::{Error, Kind};

use crate::shared::Shared;

/// What a link that works once is for. One that is for something else is not valid here.
pub(super) async fn look(
    shared: &Shared,
    token: &str,
    purpose: LinkPurpose,
) -> Result<LinkLook, Error> {
    let look = shared.app.people().look_at_link(token).await?;
    if look.purpose == purpose {
        return Ok(look);
    }
    Err(Error::new(
        Kind::NotFound,
        "link_not_valid",
        "this link is for something else",
    ))
}
