use jiff::{SignedDuration, Timestamp};
use keyway_core::{Error, Kind, OrgId, Principal, Subject, UserId};

use super::Credentials;

/// What a link is sealed for.
const PURPOSE: &str = "connect-link";
/// What the last part of the address of a link begins with. No key of a credential does.
const MARK: &str = "l_";
/// How long a link is good for.
const LASTS: SignedDuration = SignedDuration::from_hours(1);

impl Credentials {
    /// The address where a person connects a credential for themselves. It is of use to nobody else:
    /// what it says is sealed for them.
    pub(crate) fn link(&self, organization: &OrgId, person: &UserId, key: &str) -> String {
        let now = self.parts.clock.now();
        let until = now.checked_add(LASTS).unwrap_or(now);
        let text = format!("{} {key}", until.as_millisecond());
        let whose = whose(organization, person);
        let vault = &self.parts.vault;
        let sealed = vault.seal_token(PURPOSE, &whose, text.as_bytes());
        // Only texts of 4 GiB cannot be sealed; an empty one then opens nowhere.
        let path = format!("/connect/{MARK}{}", sealed.unwrap_or_default());
        self.parts.pages.at(&path)
    }

    /// The key that a link in a web session leads to; `None` for what is the key of a credential.
    ///
    /// # Errors
    ///
    /// `connect_link_wrong` for a link that is another person's, too old, or none.
    pub fn linked(&self, who: &Principal, part: &str) -> Result<Option<String>, Error> {
        let Some(sealed) = part.strip_prefix(MARK) else {
            return Ok(None);
        };
        let Subject::WebSession { user, .. } = who.subject() else {
            return Err(wrong());
        };
        let whose = whose(who.organization(), user);
        let opened = self.parts.vault.open_token(PURPOSE, &whose, sealed);
        let text = opened.map_err(|_| wrong())?;
        let text = std::str::from_utf8(&text).map_err(|_| wrong())?;
        let (until, key) = text.split_once(' ').ok_or_else(wrong)?;
        let until = until.parse().ok().map(Timestamp::from_millisecond);
        let until = until.and_then(Result::ok).ok_or_else(wrong)?;
        if until <= self.parts.clock.now() {
            return Err(wrong());
        }
        Ok(Some(key.to_owned()))
    }
}

fn whose(organization: &OrgId, person: &UserId) -> Vec<u8> {
    format!("{organization}/{person}").into_bytes()
}

fn wrong() -> Error {
    Error::new(
        Kind::NotFound,
        "connect_link_wrong",
        "this link was made for another person, or is more than an hour old",
    )
    .with_hint("call the tool again as yourself: the answer has a link that is yours")
}
