use keyway_core::Secret;
use keyway_oauth::server::token::Presented;
use keyway_oauth::server::{Endpoint, Parameters};
use keyway_store::oauth::{NewGrant, RevokedFor};

use super::clients::KnownClient;
use super::issue::about;
use super::{Failure, Oauth, Posted, Site};
use crate::audit::{EventKind, Outcome};
use crate::keys::{SecretText, TokenKind};

/// What stands behind a token of a client.
pub(super) struct Behind {
    pub(super) kind: TokenKind,
    pub(super) grant: NewGrant,
    pub(super) scopes: keyway_core::Scopes,
    pub(super) created_at: jiff::Timestamp,
    pub(super) expires_at: jiff::Timestamp,
}

impl Oauth {
    /// Ends what a client gives back (RFC 7009): the whole grant, whichever of its tokens it is. A
    /// token that is not known, or another client's, is answered alike.
    pub async fn revoke(&self, site: &Site, posted: &Posted<'_>) -> Result<(), Failure> {
        let (client, token) = self.about_token(site, posted, Endpoint::Revoke).await?;
        let Some(behind) = self.behind(&client, &token).await? else {
            return Ok(());
        };
        let grant = &behind.grant;
        let now = self.now();
        self.parts
            .store
            .revoke_oauth_grant(&grant.organization, &grant.id, RevokedFor::Client, now)
            .await?;
        self.noticed().await;
        let event = about(EventKind::TokenRevoked, grant, posted.arrival);
        self.parts.audit.note(event.outcome(Outcome::Ok));
        Ok(())
    }

    /// Reads a request about a token, from a client that proved to be who it is.
    pub(super) async fn about_token(
        &self,
        site: &Site,
        posted: &Posted<'_>,
        endpoint: Endpoint,
    ) -> Result<(KnownClient, Secret<String>), Failure> {
        let form = Parameters::from_form(posted.content_type, posted.body)?;
        let presented = Presented::read(posted.authorization, &form)?;
        let client = self.proven(site, &presented, endpoint).await?;
        let token = form.required("token", "token is missing")?;
        Ok((client, Secret::new(token.to_owned())))
    }

    /// What stands behind a token, if it is valid and this client's own. Its form tells which kind
    /// it is, so no hint is needed.
    pub(super) async fn behind(
        &self,
        client: &KnownClient,
        token: &Secret<String>,
    ) -> Result<Option<Behind>, Failure> {
        let now = self.now();
        let parse = |kind| SecretText::parse(kind, token.expose()).ok();
        let behind = if let Some(token) = parse(TokenKind::Access) {
            let hash = token.digest().to_hex();
            let found = self.parts.store.access_token(&hash, now).await?;
            match found {
                Some(found) => {
                    let organization = &found.organization;
                    let grant = self
                        .parts
                        .store
                        .oauth_grant(organization, &found.grant)
                        .await?;
                    grant.map(|grant| Behind {
                        kind: TokenKind::Access,
                        grant: grant.grant,
                        scopes: found.scopes,
                        created_at: found.created_at,
                        expires_at: found.expires_at,
                    })
                }
                None => None,
            }
        } else if let Some(token) = parse(TokenKind::Refresh) {
            let hash = token.digest().to_hex();
            let found = self.parts.store.refresh_token(&hash, now).await?;
            let valid = found.filter(|found| {
                found.standing && found.used_at.is_none() && now < found.expires_at
            });
            valid.map(|found| Behind {
                kind: TokenKind::Refresh,
                grant: found.grant,
                scopes: found.scopes,
                created_at: found.created_at,
                expires_at: found.expires_at,
            })
        } else {
            None
        };
        Ok(behind.filter(|behind| behind.grant.client == client.id))
    }
}
