use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use keyway_core::ports::Random;
use keyway_core::provider::{Attempt, IntegrationProvider, Secrets, Visit};
use keyway_core::{Error, OrgId, Secret};
use keyway_store::{InstallAttempt, StoredInstallation};
use keyway_vault::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use super::fields::{Fields, at_fields};
use super::work::Work;
use super::{Installations, error};
use crate::keys::KeyDigest;

/// How long a browser may be at the third party.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// What is kept of an attempt until the browser comes back.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// What the challenge was made of.
    verifier: String,
    /// What was typed in, which counts once it is installed.
    fields: BTreeMap<String, Option<String>>,
    /// What was learnt on the way to installing anew what works as it is.
    learnt: Option<Learnt>,
}

#[derive(Serialize, Deserialize)]
struct Learnt {
    settings: Value,
    secrets: BTreeMap<String, String>,
    webhook_secret: String,
}

/// Where an attempt comes from.
#[derive(Clone)]
pub(super) struct Leaving {
    /// The hash of the browser's cookie.
    pub(super) browser: String,
    /// The setup link, by its hash.
    pub(super) link: Option<String>,
}

impl Kept {
    /// With what was typed in.
    pub(super) fn typed(fields: &Fields) -> Self {
        let value = |value: &Option<Secret<String>>| value.as_ref().map(|one| one.expose().clone());
        let fields = fields.iter();
        Self {
            fields: fields
                .map(|(name, one)| (name.clone(), value(one)))
                .collect(),
            ..Self::default()
        }
    }

    /// With everything that a provider works with.
    pub(super) fn learnt(work: &Work) -> Self {
        let secrets = work.secrets.iter();
        let learnt = Learnt {
            settings: work.settings.clone(),
            secrets: secrets
                .map(|(name, secret)| (name.to_owned(), secret.expose().clone()))
                .collect(),
            webhook_secret: work.webhook_secret.expose().clone(),
        };
        Self {
            learnt: Some(learnt),
            ..Self::default()
        }
    }

    /// Puts what was learnt in place of what is stored. Answers the verifier and what was typed in.
    pub(super) fn unpack(self, work: &mut Work) -> (Secret<String>, Fields) {
        if let Some(learnt) = self.learnt {
            work.settings = learnt.settings;
            work.webhook_secret = Secret::new(learnt.webhook_secret);
            let all = learnt.secrets.into_iter();
            work.secrets = all.fold(Secrets::default(), |secrets, (name, secret)| {
                secrets.with(name, Secret::new(secret))
            });
        }
        let fields = self.fields.into_iter();
        let fields = fields.map(|(name, value)| (name, value.map(Secret::new)));
        (Secret::new(self.verifier), fields.collect())
    }
}

impl Installations {
    /// Makes an attempt: answers where the browser goes.
    pub(super) async fn set_out(
        &self,
        provider: &dyn IntegrationProvider,
        stored: &StoredInstallation,
        work: &Work,
        from: Leaving,
        mut kept: Kept,
    ) -> Result<Visit, Error> {
        let inner = &self.app.inner;
        if inner.pages.base().is_none() {
            return Err(error::no_address());
        }
        let state = text(&*inner.random);
        kept.verifier = text(&*inner.random);
        let attempt = Attempt {
            state: &state,
            code_challenge: &challenge(&kept.verifier),
        };
        let visit = provider.authorize(&work.context(), &attempt);
        let visit = visit.map_err(|error| at_fields(provider, error))?;
        let (id, of) = (hash(&state), &stored.publication);
        let json = Zeroizing::new(serde_json::to_vec(&kept).map_err(Error::internal)?);
        let sealed = inner.vault.seal(&place(&of.organization, &id), &json);
        let now = inner.clock.now();
        let new = InstallAttempt {
            organization: of.organization.clone(),
            installation: of.installation.clone(),
            browser: from.browser,
            setup_link: from.link,
            sealed: Some(sealed.map_err(Error::internal)?),
            expires_at: now.checked_add(PATIENCE).unwrap_or(now),
            id,
        };
        inner.store.begin_install(&new, now).await?;
        Ok(visit)
    }

    /// Says whether a browser would have somewhere to go, by what is stored.
    pub(super) fn would_visit(
        &self,
        provider: &dyn IntegrationProvider,
        work: &Work,
    ) -> Result<Visit, Error> {
        let random = &*self.app.inner.random;
        let attempt = Attempt {
            state: &text(random),
            code_challenge: &challenge(&text(random)),
        };
        let visit = provider.authorize(&work.context(), &attempt);
        visit.map_err(|error| at_fields(provider, error))
    }

    /// What is kept of an attempt.
    pub(super) fn kept(&self, attempt: &InstallAttempt) -> Result<Kept, Error> {
        let sealed = attempt.sealed.as_deref().ok_or_else(error::used)?;
        let place = place(&attempt.organization, &attempt.id);
        let opened = self.app.inner.vault.open(&place, sealed);
        let opened = opened.map_err(|found| error::unreadable().with_source(found))?;
        serde_json::from_slice(opened.expose()).map_err(|_| error::unreadable())
    }
}

/// 256 random bits as 43 characters: a state, or a verifier (RFC 7636, section 4.1).
pub(super) fn text(random: &dyn Random) -> String {
    let mut bytes = [0u8; 32];
    random.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is stored of a text that only a browser or the third party has.
pub(super) fn hash(text: &str) -> String {
    KeyDigest::of(text).to_hex()
}

/// The S256 challenge of a verifier (RFC 7636, section 4.2).
fn challenge(verifier: &str) -> String {
    let algorithm = &aws_lc_rs::digest::SHA256;
    URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(algorithm, verifier.as_bytes()))
}

/// The place of what is sealed of an attempt.
fn place<'a>(organization: &'a OrgId, id: &'a str) -> Context<'a> {
    Context {
        organization: organization.as_str(),
        table: "install_attempts",
        column: "sealed",
        row: id,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_challenge_is_the_one_of_the_specification() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            super::challenge(verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
