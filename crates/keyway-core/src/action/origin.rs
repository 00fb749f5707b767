use std::fmt;
use std::panic::Location;
use std::sync::Arc;

/// Where something was defined, for whoever has to change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In code.
    Code(&'static Location<'static>),
    /// In a file, as `keyway.yaml:12:3`.
    File(Arc<str>),
}

impl Origin {
    /// The line of code that calls.
    #[track_caller]
    pub fn here() -> Self {
        Self::Code(Location::caller())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(location) => location.fmt(f),
            Self::File(place) => f.write_str(place),
        }
    }
}
