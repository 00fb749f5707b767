//! What is recorded is held against what is sent, and what differs is said without any secret.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod recorded;
