//! What is recorded is held against what is sent, and what differs is said without any secret; providers are held
//! against what every provider has to do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kit;
mod recorded;
mod shipped;
