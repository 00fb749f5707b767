use keyway_core::{Actor, Arrival, Error, Kind};
use keyway_oauth::server::authorize::requested_scopes;
use keyway_oauth::server::token::{Presented, Server};
use keyway_oauth::server::{Endpoint, ErrorCode, Refusal, Resource};
use keyway_store::oauth::{GrantKind, NewGrant};

use super::clients::{KnownClient, within};
use super::service::later;
use super::{Failure, Oauth, Site, Tokens};
use crate::keys::KeyDigest;

const NOBODY: Refusal = Refusal::new(
    ErrorCode::UnauthorizedClient,
    "the client acts as no service account: an admin has to give it one",
);
const USED: Refusal = Refusal::new(
    ErrorCode::InvalidClient,
    "the client is not known here, or did not prove to be who it is",
);

impl Oauth {
    /// The client that a request comes from, once it has proved to be it. Clients that are not
    /// known and clients without the right proof are refused alike.
    pub(super) async fn proven(
        &self,
        site: &Site,
        presented: &Presented,
        endpoint: Endpoint,
    ) -> Result<KnownClient, Failure> {
        let client = match self.client(presented.client()).await {
            Ok(client) => client,
            Err(Failure::Refused(_)) => return Err(presented.refused().into()),
            Err(failed) => return Err(failed),
        };
        let hash = client
            .row
            .as_ref()
            .and_then(|row| row.secret_hash.as_deref());
        let server = Server {
            issuer: site.issuer(),
            endpoint,
            now: self.now(),
        };
        // Digests of secrets with 190 random bits: that they are compared byte by byte tells nobody
        // anything about a secret.
        let is_secret = |secret: &keyway_core::Secret<String>| {
            hash == Some(KeyDigest::of(secret.expose()).to_hex().as_str())
        };
        let proven = presented.prove(&client.metadata, &server, is_secret)?;
        if let Some(spent) = proven.assertion {
            self.keep_client(&client, self.now()).await?;
            let id = KeyDigest::of(spent.id.expose()).to_hex();
            let fresh = self
                .parts
                .store
                .use_oauth_assertion(&client.id, &id, spent.expires_at)
                .await?;
            if !fresh {
                return Err(USED.into());
            }
        }
        Ok(client)
    }

    /// Gives a client tokens for its service account (RFC 6749 section 4.4).
    pub(super) async fn client_credentials(
        &self,
        site: &Site,
        client: &KnownClient,
        scope: Option<&str>,
        resource: Option<&Resource>,
        arrival: Arrival,
    ) -> Result<Tokens, Failure> {
        let row = client.row.as_ref().ok_or(NOBODY)?;
        let (Some(organization), Some(account)) = (&row.organization, &row.service_account) else {
            return Err(NOBODY.into());
        };
        let found = self
            .parts
            .store
            .service_account(organization, account)
            .await?;
        let found = found
            .filter(|account| account.disabled_at.is_none())
            .ok_or(NOBODY)?;
        let blocked = self
            .parts
            .store
            .is_oauth_client_blocked(organization, &client.id)
            .await?;
        if blocked {
            return Err(NOBODY.into());
        }
        let scopes = requested_scopes(scope, client.ceiling())?;
        let scopes = within(&scopes, found.role);
        if scopes.is_empty() {
            let refusal = Refusal::new(
                ErrorCode::InvalidScope,
                "the service account may have none of the scopes",
            );
            return Err(refusal.into());
        }
        let now = self.now();
        let resource = resource.unwrap_or_else(|| site.default_resource());
        let grant = NewGrant {
            id: self.new_grant_id(),
            organization: organization.clone(),
            owner: Actor::ServiceAccount(account.clone()),
            client: client.id.clone(),
            kind: GrantKind::Client,
            scopes: scopes.clone(),
            resource: resource.as_str().to_owned(),
            created_at: now,
            expires_at: later(now, self.parts.settings.access_ttl),
        };
        let pair = self.pair(client, &grant, &scopes, now);
        self.parts
            .store
            .create_oauth_grant(&grant, &pair.rows)
            .await
            .map_err(gone)?;
        self.keep_client(client, now).await?;
        self.record_grant(&grant, arrival).await?;
        Ok(pair.tokens)
    }
}

/// What a grant belongs to went away meanwhile.
pub(super) fn gone(error: keyway_store::StoreError) -> Failure {
    if *error.reason() != keyway_store::Reason::Missing {
        return error.into();
    }
    let refusal = Refusal::new(
        ErrorCode::InvalidGrant,
        "who granted it does not belong to the organization any more",
    );
    tracing::debug!(error = %Error::new(Kind::NotFound, "gone", "a row is gone"), "a grant cannot be made");
    refusal.into()
}
