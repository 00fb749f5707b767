/// How a provider is installed.
///
/// ```
/// assert_eq!(keyway_core::provider::InstallKind::Credentials.as_str(), "credentials");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstallKind {
    /// Secrets are typed in, or made here and given to the third party.
    Credentials,
}

impl InstallKind {
    /// The kind as it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
        }
    }
}
