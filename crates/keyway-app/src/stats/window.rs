use std::time::Duration;

use jiff::Timestamp;
use keyway_store::Span;

use crate::jobs::earlier;

/// How far back is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Window {
    /// This hour and the 23 before it, in steps of five minutes.
    #[default]
    Day,
    /// This hour and the 167 before it, in steps of an hour.
    Week,
}

/// A text names no window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a window is `24h` or `7d`")]
pub struct UnknownWindow;

impl Window {
    /// Every window.
    pub const ALL: [Self; 2] = [Self::Day, Self::Week];

    /// The window as it is asked for.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    pub(super) fn step(self) -> Span {
        match self {
            Self::Day => Span::Minutes,
            Self::Week => Span::Hour,
        }
    }

    /// Where it begins: with a whole hour.
    pub(super) fn since(self, now: Timestamp) -> Timestamp {
        let hours = match self {
            Self::Day => 23,
            Self::Week => 7 * 24 - 1,
        };
        earlier(Span::Hour.begins(now), Duration::from_hours(hours))
    }
}

impl std::str::FromStr for Window {
    type Err = UnknownWindow;

    fn from_str(text: &str) -> Result<Self, UnknownWindow> {
        let found = Self::ALL.into_iter().find(|window| window.as_str() == text);
        found.ok_or(UnknownWindow)
    }
}
