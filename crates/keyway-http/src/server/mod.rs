//! Connections: accepting them, bounding them, and letting them finish.

mod connection;
mod listen;
mod serve;
mod state;
mod watched;
mod workers;

pub use listen::{ListenError, bind};
pub use serve::{Drained, serve};
pub(crate) use state::{Connection, ConnectionState, InFlight};
pub use workers::Workers;
