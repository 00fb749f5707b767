use std::time::Duration;

use jiff::Timestamp;
use keyway_core::ports::Clock;
use keyway_core::scopes::Scope;
use keyway_core::{Actor, Error, Kind, OrgId, Principal, Role, Scopes, Subject};
use keyway_store::{InstallationState, Store};
use serde::{Deserialize, Serialize};

use crate::access;

/// How often is looked whether rights still hold.
const LOOK: Duration = Duration::from_secs(1);

/// Who queued a job, as it is kept with it: by what they came in, and what that was good for then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub(crate) enum Asker {
    ApiKey {
        key: String,
        owner: String,
        scopes: String,
    },
    Token {
        grant: String,
        client: String,
        owner: String,
        scopes: String,
    },
    WebSession {
        session: String,
        user: String,
        scopes: String,
    },
    Publication {
        publication: String,
        account: String,
    },
    Linked {
        link: String,
        user: String,
    },
    Operator,
    Anonymous,
}

impl Asker {
    pub(crate) fn of(who: &Principal) -> Self {
        let scopes = who.scopes().to_string();
        match who.subject() {
            Subject::ApiKey { key, owner } => Self::ApiKey {
                key: key.to_string(),
                owner: owner.as_str().to_owned(),
                scopes,
            },
            Subject::Token {
                grant,
                client,
                owner,
            } => Self::Token {
                grant: grant.to_string(),
                client: client.as_str().to_owned(),
                owner: owner.as_str().to_owned(),
                scopes,
            },
            Subject::WebSession { session, user } => Self::WebSession {
                session: session.to_string(),
                user: user.to_string(),
                scopes,
            },
            Subject::Publication {
                publication,
                account,
            } => Self::Publication {
                publication: publication.to_string(),
                account: account.to_string(),
            },
            Subject::Linked { link, user } => Self::Linked {
                link: link.to_string(),
                user: user.to_string(),
            },
            Subject::Local => Self::Operator,
            Subject::Anonymous => Self::Anonymous,
        }
    }

    /// The same principal as it stands now: with the role it has now, and of its scopes those it may
    /// still have. Refused when what it came in by is no longer valid, or nobody is behind it.
    pub(crate) async fn now(
        &self,
        store: &Store,
        organization: &OrgId,
        now: Timestamp,
    ) -> Result<Principal, Error> {
        let (subject, scopes) = self.subject()?;
        let who = Principal::new(organization.clone(), subject);
        let role = match who.subject() {
            Subject::Local | Subject::Anonymous => return Ok(who),
            Subject::ApiKey { key, .. } => {
                let row = store.api_key(organization, key).await?;
                let valid = row.is_some_and(|row| {
                    row.revoked_at.is_none() && row.expires_at.is_none_or(|end| end > now)
                });
                if !valid {
                    return Err(gone());
                }
                access::role(store, &who).await?
            }
            Subject::Token { grant, .. } => {
                let grants = [grant.clone()];
                let standing = store.oauth_grants_standing(&grants, now).await?;
                standing.first().map(|standing| standing.role)
            }
            Subject::WebSession { .. } => access::role(store, &who).await?,
            Subject::Publication { publication, .. } => {
                let row = store.publication(organization, publication).await?;
                let open = row.is_some_and(|row| {
                    row.removed_at.is_none()
                        && row.paused_at.is_none()
                        && row.state == InstallationState::Installed
                });
                if !open {
                    return Err(gone());
                }
                access::role(store, &who).await?
            }
            Subject::Linked { link, user } => {
                let row = store.external_person(organization, link).await?;
                if row.is_none_or(|row| row.user != *user) {
                    return Err(gone());
                }
                access::role(store, &who).await?
            }
        };
        let role = role.ok_or_else(gone)?;
        let scopes = within(&scopes, role);
        Ok(who.with_role(role).with_scopes(scopes))
    }

    /// What it was given to do, where it came with anything.
    pub(crate) fn scopes(&self) -> Option<Scopes> {
        match self {
            Self::ApiKey { scopes, .. }
            | Self::Token { scopes, .. }
            | Self::WebSession { scopes, .. } => scopes.parse().ok(),
            Self::Publication { .. } | Self::Linked { .. } | Self::Operator | Self::Anonymous => {
                None
            }
        }
    }

    fn subject(&self) -> Result<(Subject, Scopes), Error> {
        let subject = match self {
            Self::ApiKey { key, owner, .. } => Subject::ApiKey {
                key: read(key)?,
                owner: actor(owner)?,
            },
            Self::Token {
                grant,
                client,
                owner,
                ..
            } => Subject::Token {
                grant: read(grant)?,
                client: read(client)?,
                owner: actor(owner)?,
            },
            Self::WebSession { session, user, .. } => Subject::WebSession {
                session: read(session)?,
                user: read(user)?,
            },
            Self::Publication {
                publication,
                account,
            } => {
                let subject = Subject::Publication {
                    publication: read(publication)?,
                    account: read(account)?,
                };
                return Ok((subject, publication_scopes()));
            }
            Self::Linked { link, user } => {
                let subject = Subject::Linked {
                    link: read(link)?,
                    user: read(user)?,
                };
                return Ok((subject, Scopes::of([Scope::Approvals])));
            }
            Self::Operator => return Ok((Subject::Local, Scopes::all())),
            Self::Anonymous => return Ok((Subject::Anonymous, Scopes::none())),
        };
        let scopes = match self {
            Self::ApiKey { scopes, .. }
            | Self::Token { scopes, .. }
            | Self::WebSession { scopes, .. } => read(scopes)?,
            Self::Publication { .. } | Self::Linked { .. } | Self::Operator | Self::Anonymous => {
                Scopes::none()
            }
        };
        Ok((subject, scopes))
    }
}

/// Waits until `who` has another role than it came with, or none: what it came in by is not valid any
/// more. Who did not come in by anything waits for ever.
pub(crate) async fn rights_end(store: &Store, clock: &dyn Clock, who: &Principal) {
    if matches!(who.subject(), Subject::Local | Subject::Anonymous) {
        return std::future::pending().await;
    }
    let asker = Asker::of(who);
    loop {
        tokio::time::sleep(LOOK).await;
        match asker.now(store, who.organization(), clock.now()).await {
            Ok(now) if now.role() == who.role() => {}
            Err(error) if error.code() != gone().code() => {
                tracing::warn!(%error, "it cannot be seen whether someone's rights still hold");
            }
            Ok(_) | Err(_) => return,
        }
    }
}

/// The id that a principal's jobs are found by.
pub(crate) fn actor_id(who: &Principal) -> String {
    match who.actor() {
        Some(actor) => actor.as_str().to_owned(),
        None if *who.subject() == Subject::Local => "operator".to_owned(),
        None => "anonymous".to_owned(),
    }
}

/// Of scopes those that somebody of a role may have.
pub(crate) fn within(scopes: &Scopes, role: Role) -> Scopes {
    let kept = scopes
        .iter()
        .filter(|scope| role.administers() || **scope != Scope::Admin);
    Scopes::of(kept.cloned())
}

/// What comes in by a publication may use what its machine identity may use, and administer nothing.
fn publication_scopes() -> Scopes {
    Scopes::of([Scope::Mcp])
}

fn actor(text: &str) -> Result<Actor, Error> {
    match text.parse() {
        Ok(user) => Ok(Actor::User(user)),
        Err(_) => Ok(Actor::ServiceAccount(read(text)?)),
    }
}

fn read<T: std::str::FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| damaged())
}

pub(crate) fn damaged() -> Error {
    Error::internal("the row of a job holds what no version of Keyway writes")
}

fn gone() -> Error {
    Error::new(
        Kind::Forbidden,
        "asker_gone",
        "who queued this may no longer come in",
    )
}
