use std::fmt;
use std::str::FromStr;

use super::PublicationScope;

/// How many conversations a publication has: which events meet in one session.
///
/// ```
/// use keyway_core::provider::Granularity;
///
/// assert_eq!("per_thread".parse(), Ok(Granularity::PerThread));
/// assert_eq!(Granularity::PerEvent.as_str(), "per_event");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// All events of the installation's workspace.
    PerWorkspace,
    /// The events of one person.
    PerUser,
    /// The events of one channel.
    PerChannel,
    /// The events of one thread.
    PerThread,
    /// The events about one issue.
    PerIssue,
    /// Each event is alone.
    PerEvent,
}

/// A text names no granularity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one of per_workspace, per_user, per_channel, per_thread, per_issue, per_event")]
pub struct UnknownGranularity;

impl Granularity {
    /// Every granularity.
    pub const ALL: [Self; 6] = [
        Self::PerWorkspace,
        Self::PerUser,
        Self::PerChannel,
        Self::PerThread,
        Self::PerIssue,
        Self::PerEvent,
    ];

    /// The granularity as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PerWorkspace => "per_workspace",
            Self::PerUser => "per_user",
            Self::PerChannel => "per_channel",
            Self::PerThread => "per_thread",
            Self::PerIssue => "per_issue",
            Self::PerEvent => "per_event",
        }
    }
}

impl FromStr for Granularity {
    type Err = UnknownGranularity;

    fn from_str(text: &str) -> Result<Self, UnknownGranularity> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.as_str() == text)
            .ok_or(UnknownGranularity)
    }
}

impl fmt::Display for Granularity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What publications of a provider can be like.
///
/// ```
/// use keyway_core::provider::{Granularity, PublicationOffer};
///
/// const ALL: &[Granularity] = &[Granularity::PerIssue, Granularity::PerEvent];
/// let offer = PublicationOffer::of(ALL, Granularity::PerIssue);
/// assert!(offer.granularities.contains(&offer.usual));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicationOffer {
    /// The granularities it supports.
    pub granularities: &'static [Granularity],
    /// The one where nothing is said.
    pub usual: Granularity,
    /// The scopes there are.
    pub scopes: &'static [PublicationScope],
}

impl PublicationOffer {
    /// Publications without scopes: the agent is told, and acts nowhere.
    pub const fn of(granularities: &'static [Granularity], usual: Granularity) -> Self {
        Self {
            granularities,
            usual,
            scopes: &[],
        }
    }

    /// The same with scopes.
    pub const fn with_scopes(self, scopes: &'static [PublicationScope]) -> Self {
        Self { scopes, ..self }
    }
}
