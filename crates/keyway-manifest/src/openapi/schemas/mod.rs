//! Schemas of OpenAPI 3.0 and 3.1 as JSON Schema 2020-12.

mod assemble;
mod convert;
mod keywords;
mod merge;
mod pool;
mod prune;

pub(super) use keywords::shortened;
pub(super) use pool::Schemas;

/// Which way what a schema describes goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// To the service: what is `readOnly` is no part of it.
    Request,
    /// From the service: what is `writeOnly` is no part of it.
    Answer,
}

impl Direction {
    /// The keyword of properties that do not go this way.
    fn hidden(self) -> &'static str {
        match self {
            Self::Request => "readOnly",
            Self::Answer => "writeOnly",
        }
    }

    /// The most bytes of one schema, everything it refers to included: a model reads it whole.
    fn budget(self) -> usize {
        match self {
            Self::Request => 48 << 10,
            Self::Answer => 12 << 10,
        }
    }
}

/// A reference within a finished schema.
pub(super) const DEFS: &str = "#/$defs/";
