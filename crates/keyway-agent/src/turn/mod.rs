//! A turn: the person writes, the model answers and calls, until it is the person's again.

mod ask;
mod calls;
mod cut;
mod halt;
mod meter;
mod observer;
mod retry;
mod settings;
mod turn_loop;

pub use meter::Meter;
pub use observer::{Nobody, Observer, Update};
pub use retry::RetryPolicy;
pub use settings::TurnSettings;
pub use turn_loop::{Parts, TurnEnd, TurnError, TurnLoop};
