use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Who may do what: the app, its codes and tokens, and personal keys.
#[derive(Debug)]
pub(super) struct Authority {
    pub(super) client: String,
    pub(super) secret: String,
    /// What is granted of what is asked for; everything where `None`.
    pub(super) granted: Option<BTreeSet<String>>,
    /// Whether somebody says no.
    pub(super) denies: bool,
    codes: BTreeMap<String, Code>,
    access: BTreeMap<String, Access>,
    /// Refresh tokens, and what each was exchanged for.
    refresh: BTreeMap<String, Option<Pair>>,
    keys: BTreeMap<String, String>,
    made: u32,
}

#[derive(Debug, Clone)]
struct Code {
    redirect: String,
    challenge: String,
    pub(super) as_app: bool,
    scopes: BTreeSet<String>,
}

/// What a token is good for.
#[derive(Debug, Clone)]
pub(super) struct Access {
    /// The id of the user it acts as; `None` for the app's.
    pub(super) user: Option<String>,
    pub(super) scopes: BTreeSet<String>,
    expired: bool,
}

/// A token and what it is renewed with.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) scopes: BTreeSet<String>,
}

impl Authority {
    pub(super) fn new(client: &str, secret: &str) -> Self {
        Self {
            client: client.to_owned(),
            secret: secret.to_owned(),
            granted: None,
            denies: false,
            codes: BTreeMap::new(),
            access: BTreeMap::new(),
            refresh: BTreeMap::new(),
            keys: BTreeMap::new(),
            made: 0,
        }
    }

    /// Gives a personal key of a user.
    pub(super) fn add_key(&mut self, key: &str, user: &str) {
        self.keys.insert(key.to_owned(), user.to_owned());
    }

    /// Gives a code to who consents.
    pub(super) fn consent(
        &mut self,
        redirect: &str,
        challenge: &str,
        scopes: &[&str],
        as_app: bool,
    ) -> String {
        let asked = scopes.iter().map(|scope| (*scope).to_owned());
        let scopes = asked.filter(|scope| {
            self.granted
                .as_ref()
                .is_none_or(|granted| granted.contains(scope))
        });
        let code = Code {
            redirect: redirect.to_owned(),
            challenge: challenge.to_owned(),
            as_app,
            scopes: scopes.collect(),
        };
        let name = self.name("code");
        self.codes.insert(name.clone(), code);
        name
    }

    /// Takes a code, once.
    pub(super) fn exchange(
        &mut self,
        code: &str,
        redirect: &str,
        verifier: &str,
        person: &str,
    ) -> Option<Pair> {
        let code = self.codes.remove(code)?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        if code.redirect != redirect || code.challenge != challenge {
            return None;
        }
        // An app's user has one token at a time.
        if code.as_app {
            self.access.retain(|_, access| access.user.is_some());
        }
        let user = (!code.as_app).then(|| person.to_owned());
        Some(self.pair(user, code.scopes))
    }

    /// Renews. Who comes again with the same refresh token gets the same answer, while Linear is patient.
    pub(super) fn renew(&mut self, refresh: &str) -> Option<Pair> {
        if let Some(before) = self.refresh.get(refresh)?.clone() {
            return Some(before);
        }
        let pair = self.pair(None, self.app_scopes());
        self.refresh.insert(refresh.to_owned(), Some(pair.clone()));
        Some(pair)
    }

    /// Linear's patience with refresh tokens that were used is over.
    pub(super) fn end_grace(&mut self) {
        self.refresh.retain(|_, exchanged| exchanged.is_none());
    }

    /// A day is over.
    pub(super) fn expire(&mut self) {
        for access in self.access.values_mut() {
            access.expired = true;
        }
    }

    /// Every token of the app is worth nothing.
    pub(super) fn forget(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }

    /// Takes a token back; false where there is none.
    pub(super) fn revoke(&mut self, token: &str) -> bool {
        self.access.remove(token).is_some() || self.refresh.remove(token).is_some()
    }

    /// The tokens that are good.
    pub(super) fn tokens(&self) -> Vec<String> {
        let good = self.access.iter().filter(|(_, access)| !access.expired);
        good.map(|(token, _)| token.clone())
            .chain(self.refresh.keys().cloned())
            .collect()
    }

    /// Who is asking, by the header; a key with a scheme and a token without one are nobody.
    pub(super) fn who(&self, authorization: &str) -> Option<Access> {
        match authorization.strip_prefix("Bearer ") {
            Some(token) => self
                .access
                .get(token)
                .filter(|access| !access.expired)
                .cloned(),
            None => self.keys.get(authorization).map(|user| Access {
                user: Some(user.clone()),
                scopes: ["read", "write"].map(str::to_owned).into(),
                expired: false,
            }),
        }
    }

    fn app_scopes(&self) -> BTreeSet<String> {
        let app = self.access.values().find(|access| access.user.is_none());
        app.map(|access| access.scopes.clone()).unwrap_or_default()
    }

    fn pair(&mut self, user: Option<String>, scopes: BTreeSet<String>) -> Pair {
        let pair = Pair {
            access: self.name("lin_oauth"),
            refresh: self.name("lin_refresh"),
            scopes: scopes.clone(),
        };
        let access = Access {
            user,
            scopes,
            expired: false,
        };
        self.access.insert(pair.access.clone(), access);
        self.refresh.insert(pair.refresh.clone(), None);
        pair
    }

    fn name(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}_{}", self.made)
    }
}
