use std::time::Duration;

use keyway_core::{Actor, Arrival, Secret};
use keyway_oauth::server::device::{Decision, Poll, Waiting};
use keyway_oauth::server::{ErrorCode, Refusal, Resource, check_resource};
use keyway_store::oauth::{DeviceCode, GrantKind, NewGrant};

use super::clients::KnownClient;
use super::credentials::gone;
use super::service::later;
use super::{Failure, Oauth, Tokens};
use crate::keys::{SecretText, TokenKind};

const REFUSED: Refusal = Refusal::new(
    ErrorCode::InvalidGrant,
    "the device code is unknown, used, or not for this client",
);

impl Oauth {
    /// Answers a terminal that asks whether the person has decided (RFC 8628 section 3.4).
    pub(super) async fn redeem_device(
        &self,
        client: &KnownClient,
        code: &Secret<String>,
        resource: Option<&Resource>,
        arrival: Arrival,
    ) -> Result<Tokens, Failure> {
        let refused = || Failure::Refused(REFUSED);
        let code = SecretText::parse(TokenKind::Device, code.expose()).map_err(|_| refused())?;
        let hash = code.digest().to_hex();
        let seen = self.parts.store.device_code(&hash).await?;
        let seen = seen.filter(|seen| seen.code.client == client.id);
        let seen = seen.ok_or_else(refused)?;
        check_resource(resource, &seen.code.resource)?;
        let now = self.now();
        let poll = waiting(&seen).poll(now);
        let interval = match poll {
            Poll::SlowDown(interval) => i64::try_from(interval.as_millis()).unwrap_or(i64::MAX),
            _ => seen.code.interval_ms,
        };
        let counted = self
            .parts
            .store
            .poll_device_code(&seen, interval, now)
            .await?;
        let poll = if counted {
            poll
        } else {
            Poll::SlowDown(Duration::ZERO)
        };
        if let Some(refusal) = poll.refusal() {
            return Err(refusal.into());
        }
        let (organization, user) = seen.approved.as_ref().ok_or_else(refused)?;
        let grant = NewGrant {
            id: self.new_grant_id(),
            organization: organization.clone(),
            owner: Actor::User(user.clone()),
            client: client.id.clone(),
            kind: GrantKind::Device,
            scopes: seen.code.scopes.clone(),
            resource: seen.code.resource.clone(),
            created_at: now,
            expires_at: later(now, self.parts.settings.grant_ttl),
        };
        let scopes = self.effective(&grant, &grant.scopes).await?;
        let pair = self.pair(client, &grant, &scopes, now);
        let made = self
            .parts
            .store
            .redeem_device_code(&hash, &grant, &pair.rows, now)
            .await
            .map_err(gone)?;
        if !made {
            return Err(refused());
        }
        self.keep_client(client, now).await?;
        self.record_grant(&grant, arrival).await?;
        Ok(pair.tokens)
    }
}

fn waiting(seen: &DeviceCode) -> Waiting {
    let decision = match (&seen.approved, seen.denied_at) {
        (_, Some(_)) => Decision::Denied,
        (Some(_), None) => Decision::Approved,
        (None, None) => Decision::Open,
    };
    Waiting {
        expires_at: seen.code.expires_at,
        polled_at: seen.polled_at,
        interval: Duration::from_millis(u64::try_from(seen.code.interval_ms).unwrap_or_default()),
        decision,
        used_at: seen.used_at,
    }
}
