use std::fmt;
use std::str::FromStr;

/// Where an instance of a credential belongs.
///
/// ```
/// use keyway_core::credential::CredentialScope;
///
/// assert_eq!("org".parse(), Ok(CredentialScope::Organization));
/// assert_eq!(CredentialScope::Project.as_str(), "project");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialScope {
    /// The whole organization uses it.
    Organization,
    /// One project of the organization uses it.
    Project,
    /// One person uses it. It is found only where an action asks for the person's own.
    User,
}

impl CredentialScope {
    /// The scope as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Project => "project",
            Self::User => "user",
        }
    }
}

impl fmt::Display for CredentialScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text names no scope of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected org, project or user")]
pub struct UnknownCredentialScope;

impl FromStr for CredentialScope {
    type Err = UnknownCredentialScope;

    fn from_str(text: &str) -> Result<Self, UnknownCredentialScope> {
        match text {
            "org" | "organization" => Ok(Self::Organization),
            "project" => Ok(Self::Project),
            "user" => Ok(Self::User),
            _ => Err(UnknownCredentialScope),
        }
    }
}
