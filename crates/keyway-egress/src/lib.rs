//! The only way out: an HTTP client that guards addresses, bounds every exchange and says nothing
//! it should not.
//!
//! * **Addresses** are checked when a connection is made, after DNS: a name that points to a
//!   private address is refused however often its answer changes. See [`AllowList`].
//! * **Redirects** are followed here, never by the client underneath: each hop is guarded anew and
//!   loses every header of the request once the origin differs.
//! * **Hosts** that a request declares are the only ones it goes to, after every redirect too.
//! * **Retries** wait as long as the other side asks, and no longer than a minute.
//! * **Limits** of [`keyway_core::ports::Limits`] hold for connecting, for the response head and
//!   for the body, whatever the other side declares.
//! * **Errors** hold no query, no header, no user information and no body. [`redact`] does the same
//!   for a URL that goes into a log.

mod address;
mod allow;
mod body;
mod clients;
mod dial;
mod error;
mod guard;
mod lane;
mod lanes;
mod plan;
mod redact;
mod redirect;
mod resolve;
mod retry;
mod send;
mod target;

pub use allow::{AllowList, AllowRule, BadRule};
pub use redact::redact;
pub use resolve::{Resolve, SystemResolver};
pub use send::{Egress, EgressConfig};
