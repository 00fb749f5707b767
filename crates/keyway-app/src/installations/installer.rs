use keyway_core::{Error, InstallationId, Principal, PublicationId};
use keyway_store::StoredInstallation;

use super::{Installations, error};
use crate::audit::{Event, EventKind, Who};
use crate::connectors::by;
use crate::keys::{SecretText, TokenKind};
use crate::{access, publications};

/// What is written down as who, where it is whoever has a setup link.
pub(super) const LINK: &str = "setup link";

/// Who installs, and what.
#[derive(Debug, Clone, Copy)]
pub enum Installer<'a> {
    /// An administrator, the installation with this id.
    Installation(&'a Principal, &'a InstallationId),
    /// An administrator, the installation of a publication of a provider.
    Publication(&'a Principal, &'a str, &'a str),
    /// Whoever has the setup link with this token, for a provider.
    Link(&'a str, &'a str),
}

/// Who installs, and that they may.
pub(super) struct Standing {
    pub(super) stored: StoredInstallation,
    pub(super) who: Who,
    pub(super) by: String,
    /// The setup link, by its hash.
    pub(super) link: Option<String>,
}

impl Standing {
    pub(super) fn event(&self, kind: EventKind) -> Event {
        let of = &self.stored.publication;
        let event = Event::new(kind, self.who.clone());
        let event = event
            .target("installation", of.installation.as_str())
            .detail("provider", of.provider.as_str());
        match &self.link {
            Some(_) => event.detail("through", LINK),
            None => event,
        }
    }
}

impl Installations {
    /// Who it is that installs, if they may.
    pub(super) async fn standing(
        &self,
        installer: Installer<'_>,
        kind: EventKind,
    ) -> Result<Standing, Error> {
        match installer {
            Installer::Installation(who, id) => {
                self.may(who, kind).await?;
                let stored = self.app.stored_installation(who.organization(), id).await?;
                Ok(administrator(who, stored))
            }
            Installer::Publication(who, provider, publication) => {
                self.may(who, kind).await?;
                let id: PublicationId =
                    publication.parse().map_err(|_| publications::not_found())?;
                let store = &self.app.inner.store;
                let found = store.publication(who.organization(), &id).await?;
                let found = found.filter(|found| found.removed_at.is_none());
                let found = found.filter(|found| found.provider == provider);
                let found = found.ok_or_else(publications::not_found)?;
                let (organization, id) = (&found.organization, &found.installation);
                let stored = self.app.stored_installation(organization, id).await?;
                Ok(administrator(who, stored))
            }
            Installer::Link(provider, token) => self.linked(provider, token).await,
        }
    }

    /// Refuses everybody but owners and admins who come themselves.
    pub(super) async fn may(&self, who: &Principal, kind: EventKind) -> Result<(), Error> {
        let may = async {
            self.app.administer(who).await?;
            // What is installed outlives the client that did it.
            access::made_by_hand(who)
        };
        let audit = &self.app.inner.audit;
        audit.checked(Event::new(kind, who), may).await
    }

    async fn linked(&self, provider: &str, token: &str) -> Result<Standing, Error> {
        let inner = &self.app.inner;
        let secret = SecretText::parse(TokenKind::SetupLink, token);
        let hash = secret.map_err(|_| error::link_gone())?.digest().to_hex();
        let link = inner.store.setup_link(&hash, inner.clock.now()).await?;
        let link = link.ok_or_else(error::link_gone)?;
        let found = inner
            .store
            .installation(&link.organization, &link.installation);
        let stored = found
            .await?
            .filter(|found| found.publication.provider == provider);
        Ok(Standing {
            stored: stored.ok_or_else(error::link_gone)?,
            who: Who::anonymous(&link.organization),
            by: LINK.to_owned(),
            link: Some(hash),
        })
    }
}

fn administrator(who: &Principal, stored: StoredInstallation) -> Standing {
    Standing {
        stored,
        who: Who::from(who),
        by: by(who),
        link: None,
    }
}
