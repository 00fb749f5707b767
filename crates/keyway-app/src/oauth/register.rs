use keyway_core::{Arrival, ClientId, Secret};
use keyway_oauth::server::client::{ClientMetadata, Issued, Source};
use keyway_oauth::server::{ErrorCode, Refusal};
use keyway_store::oauth::{Client, ClientKind};

use super::{Failure, Oauth, Registration, Site};
use crate::audit::{Event, EventKind, Outcome, Who};
use crate::keys::TokenKind;

const CLOSED: Refusal = Refusal::new(
    ErrorCode::AccessDenied,
    "clients cannot register themselves here: ask the operator to make one",
);

/// Nobody but the server itself is behind its pages.
pub(super) const OWN_PAGES: Refusal = Refusal::new(
    ErrorCode::InvalidRedirectUri,
    "a redirect URI leads to this server itself",
);

impl Oauth {
    /// Registers a client (RFC 7591 section 3) and answers the body of the reply.
    pub async fn register(
        &self,
        site: &Site,
        body: &[u8],
        arrival: Arrival,
    ) -> Result<Secret<String>, Failure> {
        if self.parts.settings.registration == Registration::Closed {
            return Err(CLOSED.into());
        }
        let metadata = ClientMetadata::from_request(body, Source::Client)?;
        let mut uris = metadata.redirect_uris.iter();
        if uris.any(|uri| uri.leads_to(site.issuer())) {
            return Err(OWN_PAGES.into());
        }
        let now = self.now();
        let id = ClientId::generate(&*self.parts.clock, &*self.parts.random);
        let secret = metadata
            .auth_method
            .has_secret()
            .then(|| self.secret(TokenKind::ClientSecret));
        let row = Client {
            id: id.clone(),
            organization: None,
            kind: ClientKind::Registered,
            name: metadata.name.to_string(),
            metadata: metadata.to_stored(),
            secret_hash: secret.as_ref().map(|secret| secret.digest().to_hex()),
            service_account: None,
            created_at: now,
            last_used_at: now,
            fresh_until: None,
            etag: None,
            revision: 1,
        };
        self.parts.store.put_oauth_client(&row).await?;
        let who = Who::anonymous(&self.parts.home).arriving(arrival);
        self.parts.audit.note(
            Event::new(EventKind::ClientRegistered, who)
                .target("oauth_client", id.as_str())
                .client(&id)
                .detail("name", row.name.as_str())
                .outcome(Outcome::Ok),
        );
        Ok(metadata.registered(&Issued {
            id: &id,
            at: now,
            secret: secret.as_ref().map(crate::keys::SecretText::secret),
        }))
    }
}
