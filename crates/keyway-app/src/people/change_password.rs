use keyway_core::{Error, Kind, Secret};

use super::password::Checked;
use super::throttle::Trying;
use super::{Browser, People, SignedIn, WebVisitor, error, strength};
use crate::keys::KeyDigest;

impl People {
    /// The fewest characters of a password.
    pub fn password_min_length(&self) -> usize {
        self.parts.settings.password_min_length
    }

    /// Changes the password of someone who knows the present one, ends every web session of theirs,
    /// and begins a new one.
    pub async fn change_password(
        &self,
        visitor: &WebVisitor,
        current: Secret<String>,
        new: Secret<String>,
        browser: Browser,
    ) -> Result<SignedIn, Error> {
        let parts = &self.parts;
        let user = &visitor.user.id;
        let person = parts.store.person(user).await?.ok_or_else(no_password)?;
        let old = person.password_hash.as_ref().ok_or_else(no_password)?;
        // Whoever found a browser that is signed in guesses no faster than anyone else.
        let trying = [
            Trying::from(browser.address),
            Trying::Account(KeyDigest::of(user.as_str())),
        ];
        parts.throttle.charge(&trying, self.now())?;
        if parts.passwords.check(&current, Some(old)).await? == Checked::Wrong {
            return Err(error::invalid("/current_password", "your present password"));
        }
        parts.throttle.refund(&trying);
        let known = [
            person.name.as_str(),
            person.email.as_deref().unwrap_or_default(),
        ];
        strength::check(&new, parts.settings.password_min_length, &known).await?;
        let hash = parts.passwords.hash(&new).await?;
        let changed = parts
            .store
            .change_password(user, old, &hash, self.now())
            .await?;
        if !changed {
            return Err(error::conflict(
                "password_changed_meanwhile",
                "the password was changed somewhere else just now",
            ));
        }
        self.noticed().await;
        let organization = visitor.principal.organization();
        self.begin(user, "password", &browser, Some(organization))
            .await
    }
}

fn no_password() -> Error {
    Error::new(
        Kind::Conflict,
        "no_password",
        "you sign in without a password here",
    )
}
