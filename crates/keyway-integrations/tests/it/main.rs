//! Providers against third parties that are real but for who runs them.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

mod github;
