//! Instances of credentials: who sets them, who gets which, and what nobody ever sees.

mod held;
mod managing;
mod refusing;
mod renewing;
mod resolving;
pub(crate) mod world;
