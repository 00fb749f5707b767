use std::time::Duration;

use keyway_core::provider::IntegrationProvider;
use keyway_core::{Error, OrgId, PersonLinkId, Principal, Subject};
use keyway_store::{Claimed, ExternalClaim, ExternalIdentity};

use super::{ExternalPeople, error};
use crate::App;
use crate::audit::{Event, EventKind};
use crate::jobs::later;
use crate::keys::{SecretText, TokenKind};

/// How long a link works.
const LIFE: Duration = Duration::from_mins(10);

/// What the page of a link shows: who would decide as whoever looks.
#[derive(Debug, Clone)]
pub struct ClaimLook {
    /// The provider's id.
    pub provider: String,
    /// The provider's name for people.
    pub provider_name: String,
    /// The third party's id of where they are.
    pub workspace: String,
    /// Its name. Text from outside.
    pub workspace_name: String,
    /// The third party's id of who they are.
    pub person: String,
    /// What they call themselves there. Text from outside.
    pub name: String,
}

impl App {
    /// Makes a link by which somebody at a third party says who they are here, and ends earlier ones of
    /// theirs. Answers its address; nothing where it is not known where the gateway is served.
    pub(crate) async fn claim_link(
        &self,
        organization: &OrgId,
        identity: &ExternalIdentity,
    ) -> Result<Option<String>, Error> {
        let Some(base) = self.pages_url() else {
            return Ok(None);
        };
        let inner = &self.inner;
        let secret = SecretText::generate(TokenKind::PersonLink, &*inner.random);
        let now = inner.clock.now();
        let claim = ExternalClaim {
            organization: organization.clone(),
            identity: identity.clone(),
            created_at: now,
            expires_at: later(now, LIFE),
        };
        let hash = secret.digest().to_hex();
        inner.store.create_claim(&claim, &hash).await?;
        let token = secret.secret().expose();
        Ok(Some(format!("{base}/console/me/access/link/{token}")))
    }
}

impl ExternalPeople {
    /// Who a link was given to, without using it.
    ///
    /// # Errors
    ///
    /// `person_link_not_valid` for one that was used, has expired, was replaced, is of another
    /// organization, or never was.
    pub async fn look(&self, who: &Principal, token: &str) -> Result<ClaimLook, Error> {
        signed_in(who)?;
        let (claim, _) = self.find(who, token).await?;
        Ok(self.shown(claim.identity))
    }

    /// Whoever the link was given to decides as `who` from now on.
    ///
    /// # Errors
    ///
    /// `person_link_not_valid`; `person_taken` where they are somebody else here, `person_linked` where
    /// `who` is somebody else there.
    pub async fn confirm(&self, who: &Principal, token: &str) -> Result<ClaimLook, Error> {
        let user = signed_in(who)?;
        let (claim, hash) = self.find(who, token).await?;
        let inner = &self.app.inner;
        let link = PersonLinkId::generate(&*inner.clock, &*inner.random);
        let identity = &claim.identity;
        let event = Event::new(EventKind::ExternalPersonLinked, who)
            .target("person_link", link.as_str())
            .detail("provider", identity.provider.as_str())
            .detail("workspace", identity.workspace.as_str())
            .detail("person", identity.id.as_str());
        let change = async {
            let now = inner.clock.now();
            let store = &inner.store;
            match store.use_claim(&claim, &hash, (&link, user), now).await? {
                Claimed::Done => Ok(()),
                Claimed::Gone => Err(error::link_gone()),
                Claimed::Taken => Err(error::taken()),
                Claimed::Another => Err(error::another()),
            }
        };
        inner.audit.change(event, change).await?;
        Ok(self.shown(claim.identity))
    }

    async fn find(&self, who: &Principal, token: &str) -> Result<(ExternalClaim, String), Error> {
        let inner = &self.app.inner;
        let secret = SecretText::parse(TokenKind::PersonLink, token);
        let hash = secret.map_err(|_| error::link_gone())?.digest().to_hex();
        let organization = who.organization();
        let claim = inner.store.claim(organization, &hash, inner.clock.now());
        let claim = claim.await?.ok_or_else(error::link_gone)?;
        Ok((claim, hash))
    }

    fn shown(&self, identity: ExternalIdentity) -> ClaimLook {
        ClaimLook {
            provider_name: self.provider_name(&identity.provider),
            provider: identity.provider,
            workspace: identity.workspace,
            workspace_name: identity.workspace_name,
            person: identity.id,
            name: identity.name,
        }
    }

    pub(super) fn provider_name(&self, id: &str) -> String {
        let provider = self.app.settings().providers.get(id);
        let name = provider.map(IntegrationProvider::display_name);
        name.unwrap_or(id).to_owned()
    }
}

/// The person who is signed in: a key or a client of theirs says nothing about who they are elsewhere.
fn signed_in(who: &Principal) -> Result<&keyway_core::UserId, Error> {
    match who.subject() {
        Subject::WebSession { user, .. } if who.agent().is_none() => Ok(user),
        _ => Err(error::signed_in_only()),
    }
}
