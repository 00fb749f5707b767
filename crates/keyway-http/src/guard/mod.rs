//! Who may come from where: hosts, origins and what browsers are told (CORS).

mod cors;
mod host;
mod origin;

pub(crate) use cors::{Cors, is_preflight};
pub(crate) use host::Hosts;
pub(crate) use origin::{Origin, Origins};
