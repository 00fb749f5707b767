use keyway_core::{Actor, Arrival, Secret};
use keyway_oauth::server::token::IssuedCode;
use keyway_oauth::server::{CodeVerifier, Resource};
use keyway_store::oauth::{Code, GrantKind, NewGrant, Redeemed};

use super::clients::KnownClient;
use super::credentials::gone;
use super::service::later;
use super::{Failure, Oauth, Tokens};
use crate::audit::{Event, EventKind, Outcome, Who};
use crate::keys::{SecretText, TokenKind};

impl Oauth {
    /// Turns a code into a grant with its tokens (RFC 6749 section 4.1.3). A code that comes a
    /// second time ends what the first one got.
    pub(super) async fn redeem_code(
        &self,
        client: &KnownClient,
        code: &Secret<String>,
        verifier: &CodeVerifier,
        redirect_uri: Option<&str>,
        resource: Option<&Resource>,
        arrival: Arrival,
    ) -> Result<Tokens, Failure> {
        let refused = || Failure::Refused(IssuedCode::refusal());
        let code = SecretText::parse(TokenKind::Code, code.expose()).map_err(|_| refused())?;
        let hash = code.digest().to_hex();
        let found = self.parts.store.oauth_code(&hash).await?;
        let found = found.filter(|found| found.code.client == client.id);
        let Code { code, used_at, .. } = found.ok_or_else(refused)?;
        let now = self.now();
        // Of a code that was used nothing else matters any more.
        if used_at.is_none() {
            let challenge = code.challenge.parse();
            let challenge =
                challenge.map_err(|error| Failure::Failed(keyway_core::Error::internal(error)))?;
            let issued = IssuedCode {
                client: &code.client,
                redirect_uri: &code.redirect_uri,
                challenge: &challenge,
                resource: &code.resource,
                expires_at: code.expires_at,
            };
            issued.check(&client.id, verifier, redirect_uri, resource, now)?;
        }
        let grant = NewGrant {
            id: self.new_grant_id(),
            organization: code.organization.clone(),
            owner: Actor::User(code.user.clone()),
            client: client.id.clone(),
            kind: GrantKind::Code,
            scopes: code.scopes.clone(),
            resource: code.resource.clone(),
            created_at: now,
            expires_at: later(now, self.parts.settings.grant_ttl),
        };
        let scopes = self.effective(&grant, &code.scopes).await?;
        let pair = self.pair(client, &grant, &scopes, now);
        let redeemed = self
            .parts
            .store
            .redeem_oauth_code(&hash, &grant, &pair.rows, now)
            .await
            .map_err(gone)?;
        match redeemed {
            Redeemed::Granted => {
                self.keep_client(client, now).await?;
                self.record_grant(&grant, arrival).await?;
                Ok(pair.tokens)
            }
            Redeemed::Gone => Err(refused()),
            Redeemed::Replayed(family) => {
                self.noticed().await;
                let who = Who::user(&code.organization, &code.user)
                    .through(&client.id)
                    .arriving(arrival);
                let mut event = Event::new(EventKind::TokenReplayed, who);
                if let Some(family) = family {
                    event = event.target("oauth_grant", family.as_str());
                }
                let event = event.detail("what", "code").outcome(Outcome::Refused);
                self.parts.audit.record(event).await?;
                Err(refused())
            }
        }
    }
}
