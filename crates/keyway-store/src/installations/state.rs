use std::fmt;
use std::str::FromStr;

/// How far an installation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstallationState {
    /// Nobody installed it yet.
    Pending,
    /// Somebody at the third party has to agree.
    Waiting,
    /// It is installed.
    Installed,
    /// The third party lets it do nothing for now.
    Suspended,
    /// It was uninstalled, here or at the third party.
    Revoked,
    /// Its tokens cannot be renewed: somebody has to install it again.
    NeedsReauth,
}

/// A text names no state of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such state of an installation")]
pub struct UnknownInstallationState;

impl InstallationState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Waiting,
        Self::Installed,
        Self::Suspended,
        Self::Revoked,
        Self::NeedsReauth,
    ];

    /// The state as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Waiting => "waiting",
            Self::Installed => "installed",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::NeedsReauth => "needs_reauth",
        }
    }

    /// Whether it was installed and is there still: what it has is worth something.
    pub fn is_there(self) -> bool {
        matches!(self, Self::Installed | Self::Suspended | Self::NeedsReauth)
    }
}

impl FromStr for InstallationState {
    type Err = UnknownInstallationState;

    fn from_str(text: &str) -> Result<Self, UnknownInstallationState> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.as_str() == text)
            .ok_or(UnknownInstallationState)
    }
}

impl fmt::Display for InstallationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
