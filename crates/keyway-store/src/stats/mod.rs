mod calls;
mod counts;
mod servers;

pub use calls::{CallStats, CallsOf, NewCallStats, Span};
pub use counts::{BOUNDS_MICROS, CallCounts};
pub use servers::{ServerStateRow, StoredState};
