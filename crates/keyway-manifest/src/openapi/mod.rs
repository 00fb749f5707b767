//! OpenAPI documents become apps: their operations actions, their security schemes credentials.
//!
//! [`import`] is a pure function of OpenAPI 3.0 and 3.1 documents to the grammar of manifests. What
//! the grammar cannot say is told in [`Imported::report`], never left out in silence. Documents that a
//! `$ref` leads to are brought by the caller: [`wanted`] lists them, [`Documents`] hands them over.

mod action;
mod body;
mod children;
mod credentials;
mod difference;
mod documents;
mod import;
mod inputs;
mod kinds;
mod names;
mod operations;
mod options;
mod overrides;
mod parameters;
mod patterns;
mod report;
mod resolver;
mod responses;
mod schemas;
mod security;
mod servers;

#[cfg(test)]
mod tests;

pub use difference::{Difference, difference};
pub use documents::{Alone, Documents, wanted};
pub use import::{Imported, Refused, import};
pub use options::{Auth, BadAuth, Options};
pub use overrides::{BadOverrides, apply as apply_overrides};
pub use patterns::Pattern;
pub use report::{Effect, Unmapped};
