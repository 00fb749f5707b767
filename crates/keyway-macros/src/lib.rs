//! Derives and attributes for whoever writes actions and credentials in Rust.
