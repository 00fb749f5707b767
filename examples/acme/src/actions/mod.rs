//! What agents can do at Acme.

mod create_ticket;
mod whoami;

pub(crate) use create_ticket::create_ticket;
pub(crate) use whoami::whoami;
