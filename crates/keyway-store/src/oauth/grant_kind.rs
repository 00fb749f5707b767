use crate::{StoreError, store};

/// How a grant came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantKind {
    /// Someone consented in their browser.
    Code,
    /// Someone confirmed a device's code.
    Device,
    /// The client acts as its service account.
    Client,
}

/// Why a grant was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokedFor {
    /// Who gave it took it back.
    User,
    /// An admin did.
    Admin,
    /// The client gave it back.
    Client,
    /// Its code was used twice.
    Replay,
    /// One of its refresh tokens was used twice.
    Reuse,
}

impl GrantKind {
    /// The kind as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Device => "device",
            Self::Client => "client",
        }
    }

    pub(super) fn read(text: &str) -> Result<Self, StoreError> {
        let mut all = [Self::Code, Self::Device, Self::Client].into_iter();
        all.find(|kind| kind.as_str() == text)
            .ok_or_else(store::damaged)
    }
}

impl RevokedFor {
    /// The reason as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
            Self::Client => "client",
            Self::Replay => "replay",
            Self::Reuse => "reuse",
        }
    }

    pub(super) fn read(text: &str) -> Result<Self, StoreError> {
        let all = [
            Self::User,
            Self::Admin,
            Self::Client,
            Self::Replay,
            Self::Reuse,
        ];
        let mut all = all.into_iter();
        all.find(|reason| reason.as_str() == text)
            .ok_or_else(store::damaged)
    }
}
