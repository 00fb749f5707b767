use jiff::{SignedDuration, Timestamp};
use keyway_core::ports::Random;
use keyway_core::{Error, Secret};
use keyway_vault::Vault;
use serde::{Deserialize, Serialize};

use crate::keys::KeyDigest;

/// The purpose of a sealed sign-in.
const SIGN_IN: &str = "sso";
/// How long a person may take at the provider.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// A sign-in that has begun. It is kept by the browser, sealed, so that it costs no memory here and
/// nobody can bring another browser's.
#[derive(Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) next: String,
    pub(super) redirect_uri: String,
    ends: i64,
}

impl Pending {
    pub(super) fn begin(
        random: &dyn Random,
        now: Timestamp,
        redirect_uri: &str,
        next: &str,
    ) -> Self {
        let fresh = || {
            let mut bytes = [0; 32];
            random.fill(&mut bytes);
            base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes)
        };
        Self {
            state: fresh(),
            nonce: fresh(),
            verifier: fresh(),
            next: next.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            ends: now
                .checked_add(LIFE)
                .unwrap_or(Timestamp::MAX)
                .as_millisecond(),
        }
    }

    pub(super) fn seal(&self, vault: &Vault, provider: &str) -> Result<Secret<String>, Error> {
        let text = serde_json::to_vec(self).map_err(Error::internal)?;
        let sealed = vault.seal_token(SIGN_IN, provider.as_bytes(), &text);
        sealed.map(Secret::new).map_err(Error::internal)
    }

    /// Opens what this provider's sign-in was sealed as, if it has not lapsed and the state that came
    /// back is its own.
    pub(super) fn open(
        vault: &Vault,
        provider: &str,
        cookie: &str,
        state: &str,
        now: Timestamp,
    ) -> Option<Self> {
        let text = vault
            .open_token(SIGN_IN, provider.as_bytes(), cookie)
            .ok()?;
        let pending: Self = serde_json::from_slice(&text).ok()?;
        // Digests are compared: how far two texts agree is not told by time.
        let same = KeyDigest::of(&pending.state) == KeyDigest::of(state);
        (same && now.as_millisecond() < pending.ends).then_some(pending)
    }
}
