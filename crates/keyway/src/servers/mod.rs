//! Keeping a pool of MCP servers as a configuration has it: the same for a gateway and for the
//! local client.

mod kept;
mod same;
mod stamps;
mod unusable;

pub(crate) use kept::{Changes, Kept};
pub(crate) use stamps::{Looks, PACE};
pub(crate) use unusable::Unusable;
