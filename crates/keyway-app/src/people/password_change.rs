use keyway_core::{Error, Secret};

use super::password::Checked;
use super::throttle::Trying;
use super::{Browser, People, SignedIn, WebVisitor, strength};
use crate::audit::{Event, EventKind};
use crate::keys::KeyDigest;

impl People {
    /// Changes the password of someone who is signed in and knows the one they have, ends every web
    /// session of theirs, and begins a new one. Who has no password gets one by a link.
    pub async fn change_password(
        &self,
        visitor: &WebVisitor,
        current: Secret<String>,
        new: Secret<String>,
        browser: Browser,
    ) -> Result<SignedIn, Error> {
        let parts = &self.parts;
        let wrong = || Error::invalid_at("/current_password", "the password you have now");
        let person = parts.store.person(&visitor.user.id).await?;
        let person = person.ok_or_else(wrong)?;
        let account = KeyDigest::of(person.id.as_str());
        let session = KeyDigest::of(visitor.session.as_str());
        let trying = [Trying::Known(account, session)];
        if let Err(error) = parts.throttle.charge(&trying, self.now()) {
            self.failed(Some(&person), &browser, &error).await;
            return Err(error);
        }
        let hash = person.password_hash.as_ref();
        let checked = parts.passwords.check(&current, hash).await?;
        if checked == Checked::Wrong || hash.is_none() {
            let error = wrong();
            self.failed(Some(&person), &browser, &error).await;
            return Err(error);
        }
        parts.throttle.refund(&trying);
        let known = [
            person.name.as_str(),
            person.email.as_deref().unwrap_or_default(),
        ];
        strength::check(&new, parts.settings.password_min_length, &known).await?;
        let hash = parts.passwords.hash(&new).await?;
        let who = &visitor.principal;
        let event = Event::new(EventKind::PasswordChanged, who).target("user", person.id.as_str());
        let change = async {
            let (store, now) = (&parts.store, self.now());
            store.set_password(&person.id, &hash, now).await?;
            Ok(())
        };
        self.change(event, change).await?;
        let at = Some(who.organization());
        self.begin(&person.id, "password", &browser, at).await
    }
}
