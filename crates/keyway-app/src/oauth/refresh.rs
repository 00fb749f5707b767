use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use keyway_core::{Arrival, Scopes, Secret};
use keyway_oauth::server::refresh::{Presented, Rotation, Successor};
use keyway_oauth::server::token::narrow_scopes;
use keyway_oauth::server::{ErrorCode, Refusal, Resource, check_resource};
use keyway_store::oauth::{RefreshToken, Rotated};
use parking_lot::Mutex;

use super::clients::KnownClient;
use super::issue::about;
use super::{Failure, Oauth, Tokens};
use crate::audit::{EventKind, Outcome};
use crate::keys::{KeyDigest, SecretText, TokenKind};

/// How often one that was slower looks again.
const TRIES: usize = 5;
/// The most answers that are kept for a moment.
const KEPT: usize = 4_096;

/// One text for everything that can be wrong with a refresh token.
const REFUSED: Refusal = Refusal::new(
    ErrorCode::InvalidGrant,
    "the refresh token is unknown, used, expired, revoked, or not for this client",
);

const NOTHING_LEFT: Refusal = Refusal::new(
    ErrorCode::InvalidScope,
    "who granted it may have none of the scopes at present",
);

/// The latest answers to refresh tokens, for clients that did not get theirs, and for those of whose
/// requests several found the access token expired at the same moment. Only in memory, and only as
/// long as the grace lasts.
#[derive(Default)]
pub(super) struct Recent {
    answers: Mutex<HashMap<KeyDigest, Answer>>,
}

struct Answer {
    at: Timestamp,
    tokens: Tokens,
}

impl Oauth {
    /// Gives a client a new pair for its refresh token (RFC 6749 section 6), which is used up by it.
    pub(super) async fn refresh(
        &self,
        client: &KnownClient,
        token: &Secret<String>,
        scopes: Option<&Scopes>,
        resource: Option<&Resource>,
        arrival: Arrival,
    ) -> Result<Tokens, Failure> {
        let refused = || Failure::Refused(REFUSED);
        let token = SecretText::parse(TokenKind::Refresh, token.expose()).map_err(|_| refused())?;
        let digest = token.digest();
        for _ in 0..TRIES {
            let now = self.now();
            let seen = self
                .parts
                .store
                .refresh_token(&digest.to_hex(), now)
                .await?;
            let seen = seen.filter(|seen| seen.grant.client == client.id && seen.standing);
            let seen = seen.ok_or_else(refused)?;
            check_resource(resource, &seen.grant.resource)?;
            let wanted = narrow_scopes(&seen.grant.scopes, scopes)?;
            let scopes = self.effective(&seen.grant, &wanted).await?;
            if scopes.is_empty() {
                return Err(NOTHING_LEFT.into());
            }
            if let Some(tokens) = self.again(&digest, &seen, &scopes, now) {
                return Ok(tokens);
            }
            match self
                .presented(&seen)
                .decide(now, self.parts.settings.refresh_grace)
            {
                Rotation::Expired => return Err(refused()),
                Rotation::Reuse => {
                    self.end_family(&seen, now, arrival).await?;
                    return Err(refused());
                }
                Rotation::Rotate | Rotation::ReplaceSuccessor => {}
            }
            let pair = self.pair(client, &seen.grant, &scopes, now);
            let rotated = self
                .parts
                .store
                .rotate_refresh_token(&seen, &pair.rows, now)
                .await?;
            if rotated == Rotated::Done {
                self.remember(digest, &pair.tokens, now);
                self.keep_client(client, now).await?;
                let event = about(EventKind::TokenIssued, &seen.grant, arrival);
                self.parts.audit.note(event.outcome(Outcome::Ok));
                return Ok(pair.tokens);
            }
        }
        let busy = Refusal::new(
            ErrorCode::TemporarilyUnavailable,
            "too many requests with the same refresh token at once",
        );
        Err(busy.into())
    }

    fn presented(&self, seen: &RefreshToken) -> Presented {
        let unused = seen
            .successor
            .as_ref()
            .is_some_and(|next| !next.refresh_used && !self.has_come_in(&next.access));
        Presented {
            expires_at: seen.expires_at,
            used_at: seen.used_at,
            successor: if unused {
                Successor::Unused
            } else {
                Successor::Used
            },
        }
    }

    /// True when an access token, by its hash, was used at this gateway.
    fn has_come_in(&self, hash: &str) -> bool {
        let serving = self.parts.serving.as_ref();
        let digest = KeyDigest::from_hex(hash);
        serving
            .zip(digest)
            .is_some_and(|(serving, digest)| serving.ring.has_seen(&digest))
    }

    /// The answer that was given to the same token a moment ago, as long as nobody went on from it.
    fn again(
        &self,
        digest: &KeyDigest,
        seen: &RefreshToken,
        scopes: &Scopes,
        now: Timestamp,
    ) -> Option<Tokens> {
        let next = seen.successor.as_ref().filter(|next| !next.refresh_used)?;
        let answers = self.parts.recent.answers.lock();
        let answer = answers
            .get(digest)
            .filter(|answer| self.is_recent(answer, now))?;
        let refresh = answer.tokens.refresh.as_ref()?;
        let same = answer.tokens.scopes == *scopes
            && KeyDigest::of(refresh.expose()).to_hex() == next.refresh;
        same.then(|| answer.tokens.clone())
    }

    fn remember(&self, digest: KeyDigest, tokens: &Tokens, now: Timestamp) {
        let mut answers = self.parts.recent.answers.lock();
        answers.retain(|_, answer| self.is_recent(answer, now));
        if answers.len() < KEPT {
            let tokens = tokens.clone();
            answers.insert(digest, Answer { at: now, tokens });
        }
    }

    /// Forgets the answers whose time is over.
    pub(super) fn forget_answers(&self, now: Timestamp) {
        let mut answers = self.parts.recent.answers.lock();
        answers.retain(|_, answer| self.is_recent(answer, now));
    }

    fn is_recent(&self, answer: &Answer, now: Timestamp) -> bool {
        let grace = SignedDuration::try_from(self.parts.settings.refresh_grace);
        now.duration_since(answer.at) < grace.unwrap_or(SignedDuration::ZERO)
    }

    async fn end_family(
        &self,
        seen: &RefreshToken,
        now: Timestamp,
        arrival: Arrival,
    ) -> Result<(), Failure> {
        self.parts
            .store
            .revoke_reused_grant(&seen.grant, now)
            .await?;
        self.noticed().await;
        let event = about(EventKind::TokenReplayed, &seen.grant, arrival);
        let event = event
            .detail("what", "refresh_token")
            .outcome(Outcome::Refused);
        Ok(self.parts.audit.record(event).await?)
    }
}
