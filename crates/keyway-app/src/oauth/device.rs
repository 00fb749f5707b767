use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keyway_core::{Error, Kind, OrgId, Secret, UserId};
use keyway_oauth::server::authorize::requested_scopes;
use keyway_oauth::server::client::GrantType;
use keyway_oauth::server::device::UserCode;
use keyway_oauth::server::token::Presented;
use keyway_oauth::server::{Endpoint, Parameters};
use keyway_store::Reason;
use keyway_store::oauth::{DeviceCode, NewDeviceCode};
use parking_lot::Mutex;
use serde_json::json;

use super::asking::asked;
use super::authorize::role_in;
use super::clients::{KnownClient, within};
use super::service::later;
use super::{AskedScope, AskingClient, Failure, Oauth, Posted, Site};
use crate::audit::{Event, EventKind, Outcome};
use crate::keys::{KeyDigest, TokenKind};
use crate::people::WebVisitor;

/// How long a terminal waits between two questions.
const INTERVAL: Duration = Duration::from_secs(5);
/// How many wrong codes someone may type within [`GUESSING`].
const GUESSES: u32 = 10;
/// See [`GUESSES`].
const GUESSING: SignedDuration = SignedDuration::from_mins(10);
/// How often a code for people is made anew that is taken.
const TRIES: usize = 5;

/// What a terminal gets to begin with.
#[derive(Debug)]
pub struct DeviceStart {
    device_code: Secret<String>,
    user_code: UserCode,
    verification_uri: String,
    expires_in: Duration,
}

/// What a person is asked about a terminal.
#[derive(Debug)]
pub struct DeviceAsking {
    /// Who asks.
    pub client: AskingClient,
    /// What for.
    pub scopes: Vec<AskedScope>,
    /// The organizations it could be for.
    pub organizations: Vec<OrgId>,
    /// The code, as the terminal shows it.
    pub user_code: String,
}

/// What the person said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceDecision {
    /// Yes, in this organization.
    Allow(OrgId),
    /// No.
    Cancel,
}

/// Who typed how many codes that do not exist.
#[derive(Default)]
pub(super) struct Guesses {
    wrong: Mutex<HashMap<UserId, (u32, Timestamp)>>,
}

impl DeviceStart {
    /// The body of the reply (RFC 8628 section 3.2).
    pub fn to_json(&self) -> Secret<String> {
        let complete = format!("{}?user_code={}", self.verification_uri, self.user_code);
        let body = json!({
            "device_code": self.device_code.expose(),
            "user_code": self.user_code.to_string(),
            "verification_uri": self.verification_uri,
            "verification_uri_complete": complete,
            "expires_in": self.expires_in.as_secs(),
            "interval": INTERVAL.as_secs(),
        });
        Secret::new(body.to_string())
    }
}

impl Oauth {
    /// Begins for a terminal (RFC 8628 section 3.1).
    pub async fn start_device(
        &self,
        site: &Site,
        posted: &Posted<'_>,
    ) -> Result<DeviceStart, Failure> {
        let form = Parameters::from_form(posted.content_type, posted.body)?;
        let presented = Presented::read(posted.authorization, &form)?;
        let endpoint = Endpoint::DeviceAuthorization;
        let client = self.proven(site, &presented, endpoint).await?;
        client.metadata.allows(GrantType::DeviceCode)?;
        let scopes = requested_scopes(form.optional("scope")?, client.ceiling())?;
        let resource = site.resources().select(form.all("resource"))?;
        let resource = resource.unwrap_or_else(|| site.default_resource());
        let now = self.now();
        self.keep_client(&client, now).await?;
        let device = self.secret(TokenKind::Device);
        for _ in 0..TRIES {
            let mut bytes = [0u8; 16];
            self.parts.random.fill(&mut bytes);
            let user_code = UserCode::from_random(bytes);
            let row = NewDeviceCode {
                hash: device.digest().to_hex(),
                user_code_hash: hash(&user_code),
                client: client.id.clone(),
                scopes: scopes.clone(),
                resource: resource.as_str().to_owned(),
                created_at: now,
                expires_at: later(now, self.parts.settings.device_ttl),
                interval_ms: i64::try_from(INTERVAL.as_millis()).unwrap_or(i64::MAX),
            };
            match self.parts.store.create_device_code(&row).await {
                Err(error) if *error.reason() == Reason::Conflict => {}
                Err(error) => return Err(error.into()),
                Ok(()) => {
                    return Ok(DeviceStart {
                        device_code: device.secret().clone(),
                        user_code,
                        verification_uri: site.issuer().endpoint(Endpoint::Device),
                        expires_in: self.parts.settings.device_ttl,
                    });
                }
            }
        }
        Err(Error::internal("no code for people is free").into())
    }

    /// What the terminal that shows this code asks for. Who types codes that do not exist is soon
    /// refused any: [`Kind::RateLimited`].
    pub async fn look_at_device(
        &self,
        visitor: &WebVisitor,
        user_code: &str,
    ) -> Result<DeviceAsking, Error> {
        let (code, client, found) = self.typed(visitor, user_code).await?;
        let scopes = &found.code.scopes;
        let organizations = self.organizations(&client, scopes, visitor).await;
        let organizations = organizations.map_err(error)?;
        if organizations.is_empty() {
            return Err(not_here());
        }
        Ok(DeviceAsking {
            client: AskingClient::new(&client, None),
            scopes: asked(scopes, None),
            organizations,
            user_code: code.to_string(),
        })
    }

    /// Does as the person said. Answers the client's name.
    pub async fn decide_device(
        &self,
        visitor: &WebVisitor,
        user_code: &str,
        decision: &DeviceDecision,
    ) -> Result<String, Error> {
        let (_, client, found) = self.typed(visitor, user_code).await?;
        let now = self.now();
        let store = &self.parts.store;
        let done = match decision {
            DeviceDecision::Cancel => {
                self.parts.audit.note(
                    Event::new(EventKind::ConsentDenied, &visitor.principal)
                        .client(&client.id)
                        .target("oauth_client", client.id.as_str())
                        .outcome(Outcome::Ok),
                );
                store.deny_device_code(&found.code.hash, now).await?
            }
            DeviceDecision::Allow(organization) => {
                let scopes = &found.code.scopes;
                let possible = self.organizations(&client, scopes, visitor).await;
                if !possible.map_err(error)?.contains(organization) {
                    return Err(not_here());
                }
                let scopes = within(scopes, role_in(visitor, organization));
                let (user, hash) = (&visitor.user.id, &found.code.hash);
                store
                    .approve_device_code(organization, user, hash, &scopes, now)
                    .await?
            }
        };
        if !done {
            return Err(no_such_code());
        }
        Ok(client.metadata.name.to_string())
    }

    async fn typed(
        &self,
        visitor: &WebVisitor,
        user_code: &str,
    ) -> Result<(UserCode, KnownClient, DeviceCode), Error> {
        let now = self.now();
        let user = &visitor.user.id;
        if let Some(wait) = self.parts.guesses.wait(user, now) {
            let error = Error::new(
                Kind::RateLimited,
                "too_many_attempts",
                "too many codes that do not exist were typed",
            );
            return Err(error.with_hint("try again later").with_retry_after(wait));
        }
        let found = match user_code.parse::<UserCode>() {
            Ok(code) => {
                let found = self.parts.store.device_code_of_person(&hash(&code)).await?;
                let open = |found: &DeviceCode| {
                    now < found.code.expires_at
                        && found.approved.is_none()
                        && found.denied_at.is_none()
                };
                found.filter(open).map(|found| (code, found))
            }
            Err(_) => None,
        };
        let Some((code, found)) = found else {
            self.parts.guesses.count(user, now);
            return Err(no_such_code());
        };
        let client = self.client(&found.code.client).await.map_err(error)?;
        Ok((code, client, found))
    }
}

impl Guesses {
    /// How long someone has to wait who guessed too often.
    fn wait(&self, user: &UserId, now: Timestamp) -> Option<Duration> {
        let wrong = self.wrong.lock();
        let (count, since) = wrong.get(user)?;
        let left = GUESSING - now.duration_since(*since);
        (*count >= GUESSES && left.is_positive()).then(|| left.unsigned_abs())
    }

    fn count(&self, user: &UserId, now: Timestamp) {
        let mut wrong = self.wrong.lock();
        wrong.retain(|_, (_, since)| now.duration_since(*since) < GUESSING);
        wrong.entry(user.clone()).or_insert((0, now)).0 += 1;
    }
}

/// The stored form of a code for people.
fn hash(code: &UserCode) -> String {
    KeyDigest::of(code.as_str()).to_hex()
}

fn no_such_code() -> Error {
    Error::new(
        Kind::NotFound,
        "device_code_not_found",
        "there is no such code, or it is no longer valid",
    )
    .with_hint("compare it with what the device shows, or start again on the device")
}

fn not_here() -> Error {
    Error::new(
        Kind::Forbidden,
        "client_not_allowed",
        "none of your organizations lets this application in for what it asks",
    )
}

/// A failure as it is shown on a page.
fn error(failure: Failure) -> Error {
    match failure {
        Failure::Failed(error) => error,
        Failure::Refused(refusal) => Error::new(
            Kind::Malformed,
            refusal.code().as_str(),
            refusal.description(),
        ),
    }
}
