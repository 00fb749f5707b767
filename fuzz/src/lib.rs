//! What each fuzz target does with its bytes: reads them as a stranger could send them, and checks
//! what has to hold of whatever was taken. `keyway-oauth` runs the same functions in its tests.

mod oauth;

pub use oauth::*;
