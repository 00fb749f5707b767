//! Providers against vendors that are none, through the real way out.

mod slack;
