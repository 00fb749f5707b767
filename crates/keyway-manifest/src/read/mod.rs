//! Reading values of a document, every mistake with its place.

mod fields;
mod node;
mod units;

pub(crate) use fields::Fields;
pub(crate) use node::{Faults, Node};
