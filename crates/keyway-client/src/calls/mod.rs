//! Calls to the person's servers: found, checked against their schema, approved, handed through,
//! with the person there for whatever a server asks meanwhile.

mod annotations;
mod approve;
mod arguments;
mod by_model;
#[expect(clippy::module_inception, reason = "the noun of the module")]
mod calls;
mod completing;
mod content;
mod error;
mod find;
mod form;
mod mask;
mod outcome;
mod outside;
mod page;
mod repeated;
mod sampling;
mod servers;
mod side;

pub use by_model::ByModel;
pub use calls::{CallParts, Calls};
pub use completing::Reference;
pub use content::{block_text, content_bytes};
pub use error::{CallError, CallErrorKind};
pub use find::{ListKind, Listed};
pub use outcome::{CallOutcome, told};
pub use outside::Outside;
pub use sampling::{Sample, Sampled, Sampler};
pub use servers::{Server, Servers};
