//! Credentials, apps and actions without code.

#![deny(missing_docs)]

pub mod openapi;
