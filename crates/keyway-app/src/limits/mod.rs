//! How often someone may ask: for each of several things one bucket a key, in this process.

mod keeper;
mod settings;
mod standing;
mod table;
#[cfg(test)]
mod tests;

pub use keeper::Limits;
pub use settings::{Limit, Rate, RateLimits};
pub use standing::{Exceeded, Standing};
