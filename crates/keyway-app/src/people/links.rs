use jiff::Timestamp;
use keyway_core::{Error, Principal, Secret};

use super::{Browser, People, SignedIn};

/// What a link that works once is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// To give the first owner a name, an e-mail address and a password.
    Setup,
    /// To choose another password.
    Reset,
}

/// A link that was just made. This is the only moment it is known.
#[derive(Debug)]
pub struct IssuedLink {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The secret part.
    pub token: Secret<String>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl IssuedLink {
    /// The path of the page it leads to: `/setup/<token>`, `/reset/<token>`.
    pub fn path(&self) -> Secret<String> {
        let page = match self.purpose {
            LinkPurpose::Setup => "setup",
            LinkPurpose::Reset => "reset",
        };
        Secret::new(format!("/{page}/{}", self.token.expose()))
    }
}

/// What the page of a link shows.
#[derive(Debug, Clone)]
pub struct LinkLook {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The organization's name.
    pub organization: String,
    /// The person's name.
    pub name: String,
    /// The person's e-mail address, if one is known.
    pub email: Option<String>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// What a person gives when they use a link.
#[derive(Debug)]
pub struct UseLink {
    /// The secret part of the link.
    pub token: String,
    /// Their name; only of a set-up.
    pub name: Option<String>,
    /// Their e-mail address; only of a set-up.
    pub email: Option<String>,
    /// The password they chose.
    pub password: Secret<String>,
    /// From where.
    pub browser: Browser,
}

impl People {
    /// Makes the link that gives the owner of the first organization a password, and ends earlier
    /// ones. `already_set_up` once an owner can sign in.
    pub async fn make_setup_link(&self, who: &Principal) -> Result<IssuedLink, Error> {
        let _ = who;
        todo!()
    }

    /// Makes a link to choose another password, for a member of the organization of `who`, and ends
    /// earlier ones.
    pub async fn make_reset_link(&self, who: &Principal, email: &str) -> Result<IssuedLink, Error> {
        let _ = (who, email);
        todo!()
    }

    /// What a link is for, without using it. `link_not_valid` for one that was used, has expired, was
    /// replaced, or never was.
    pub async fn look_at_link(&self, token: &str) -> Result<LinkLook, Error> {
        let _ = token;
        todo!()
    }

    /// Uses a link: sets the password, ends every web session of the person, and signs them in.
    pub async fn use_link(&self, using: UseLink) -> Result<SignedIn, Error> {
        let _ = using;
        todo!()
    }
}
