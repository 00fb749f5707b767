//! Providers against what stands for their vendors, over real sockets.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

mod slack;
