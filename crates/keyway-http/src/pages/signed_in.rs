use keyway_app::people::SignedIn;

use super::Visit;
use crate::cookies::{Cookie, Keep};
use crate::page::PageReply;
use crate::shared::Shared;

/// How long a browser that somebody has signed in with stays known as that.
const DEVICE: Keep = Keep::Seconds(400 * 24 * 60 * 60);

/// Goes on as someone who has just signed in, in a web session that has just begun. The one the
/// browser came with ends, and the forms of before are good no more.
pub(super) async fn go_on(
    shared: &Shared,
    visit: &Visit,
    signed_in: &SignedIn,
    to: &str,
) -> PageReply {
    if let Some(before) = &visit.visitor
        && let Err(error) = shared.app.people().replace_session(before).await
    {
        tracing::warn!(%error, "a web session that was replaced has not ended");
    }
    let left = signed_in.expires_at.duration_since(shared.clock.now());
    let keep = Keep::Seconds(u64::try_from(left.as_secs()).unwrap_or_default());
    let session = Cookie::Session.set(&signed_in.cookie, visit.transport, keep);
    let reply = PageReply::see_other(to)
        .cookie(session)
        .cookie(Cookie::Visit.forget(visit.transport));
    match &signed_in.device {
        Some(device) => reply.cookie(Cookie::Device.set(device, visit.transport, DEVICE)),
        None => reply,
    }
}
