//! Who may come from where: hosts, origins and what browsers are told (CORS).

mod cors;
mod host;
mod origin;

pub(crate) use cors::{Cors, is_preflight};
pub(crate) use host::{Hosts, is_loopback, without_port};
pub(crate) use origin::{Origin, Origins};
