use std::time::Duration;

use jiff::SignedDuration;
use keyway_core::{Error, Secret, UserId};

use super::{Browser, People};
use crate::keys::KeyDigest;

/// The purpose of a sealed device cookie.
const DEVICE: &str = "device";
/// How long an address that someone signed in from counts as known.
const KNOWN_FOR: Duration = Duration::from_hours(24 * 90);

impl People {
    /// From where someone tries, if the person has signed in from there before: the device, else the
    /// address.
    pub(super) async fn known_place(
        &self,
        user: &UserId,
        browser: &Browser,
    ) -> Result<Option<KeyDigest>, Error> {
        if let Some(device) = self.device_of(user, browser) {
            return Ok(Some(device));
        }
        let address = browser.address.to_canonical().to_string();
        let known_for = SignedDuration::try_from(KNOWN_FOR).unwrap_or_default();
        let since = self.now().checked_sub(known_for).unwrap_or_default();
        let store = &self.parts.store;
        let known = store.signed_in_from(user, &address, since).await?;
        Ok(known.then(|| KeyDigest::of(&address)))
    }

    fn device_of(&self, user: &UserId, browser: &Browser) -> Option<KeyDigest> {
        let (vault, cookie) = (self.parts.vault.as_ref()?, browser.device.as_ref()?);
        let bound = user.as_str().as_bytes();
        let opened = vault.open_token(DEVICE, bound, cookie.expose()).ok()?;
        let id = String::from_utf8(opened).ok()?;
        Some(KeyDigest::of(&id))
    }

    /// The device cookie after a sign-in: the one that came, if it is this person's, else a new one.
    pub(super) fn device_after(&self, user: &UserId, browser: &Browser) -> Option<Secret<String>> {
        if self.device_of(user, browser).is_some() {
            return browser.device.clone();
        }
        let vault = self.parts.vault.as_ref()?;
        let id = keyway_core::WebSessionId::generate(&*self.parts.clock, &*self.parts.random);
        let sealed = vault.seal_token(DEVICE, user.as_str().as_bytes(), id.as_str().as_bytes());
        sealed.ok().map(Secret::new)
    }
}
