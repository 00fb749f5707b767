use keyway_core::ids::BadId;
use keyway_core::{
    Actor, ClientId, Error, Kind, OrgId, Principal, Role, Scopes, ServiceAccountId, Subject, UserId,
};
use keyway_policy::{Access, Tags};

use super::Explained;
use crate::{App, access};

/// The ids of those that are made up for an explanation.
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// Who calls which tool, as someone asks about it.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Who: an e-mail address, `user_…`, `svc_…`, `role:member`, a client's id; of the operator also
    /// `anonymous` and `operator`.
    pub principal: &'a str,
    /// The tool, by the name clients know, or an action's slug.
    pub tool: &'a str,
    /// How they come in.
    pub access: Access,
    /// The OAuth client they come through; they then come in with OAuth.
    pub client: Option<&'a str>,
    /// What their token or key is good for.
    pub scopes: Scopes,
    /// What a tool that is not known here is taken to claim of itself.
    pub tags: Tags,
}

impl App {
    /// What is decided when someone of the organization of `who` calls a tool, and why. Nothing is
    /// called. For administrators.
    pub async fn check_policy(
        &self,
        who: &Principal,
        question: &Question<'_>,
    ) -> Result<Explained, Error> {
        access::administer(&self.inner.store, who).await?;
        let someone = self.someone(who, question).await?;
        let explained = self.explain(&someone, question.tool, question.tags);
        Ok(explained.told_to(who))
    }

    async fn someone(&self, who: &Principal, asked: &Question<'_>) -> Result<Principal, Error> {
        let text = asked.principal;
        match text {
            "operator" if *who.subject() == Subject::Local => return Ok(who.clone()),
            "anonymous" if *who.subject() == Subject::Local => return Ok(self.anonymous()),
            _ => {}
        }
        let mut client = asked.client;
        let (owner, role) = if let Some(role) = text.strip_prefix("role:") {
            let role = role.parse::<Role>();
            let role = role.map_err(|error| Error::invalid_at("/principal", error.to_string()))?;
            (somebody()?, role)
        } else if is_client(text) {
            client = Some(text);
            (somebody()?, Role::Member)
        } else {
            self.stored(text, who.organization()).await?
        };
        let access = match client {
            Some(_) => Access::OAuth,
            None => asked.access,
        };
        let subject = subject(owner, access, client)?;
        Ok(Principal::new(who.organization().clone(), subject)
            .with_role(role)
            .with_scopes(asked.scopes.clone()))
    }

    /// A person or service account of the organization, and their role now.
    async fn stored(&self, text: &str, organization: &OrgId) -> Result<(Actor, Role), Error> {
        let store = &self.inner.store;
        if let Ok(id) = text.parse::<ServiceAccountId>() {
            let found = store.service_account(organization, &id).await?;
            let found = found.filter(|account| account.disabled_at.is_none());
            let role = found.ok_or_else(unknown)?.role;
            return Ok((Actor::ServiceAccount(id), role));
        }
        let user = if let Ok(id) = text.parse::<UserId>() {
            id
        } else {
            let address = text.trim().to_ascii_lowercase();
            let person = store.person_by_email(&address).await?;
            person.ok_or_else(unknown)?.id
        };
        let role = store.role(organization, &user).await?;
        Ok((Actor::User(user), role.ok_or_else(unknown)?))
    }
}

fn is_client(text: &str) -> bool {
    let looks = text.starts_with("client_") || text.contains("://");
    looks && text.parse::<ClientId>().is_ok()
}

/// Somebody who is nobody in particular.
fn somebody() -> Result<Actor, Error> {
    let user = format!("user_{NOBODY}").parse::<UserId>();
    user.map(Actor::User).map_err(Error::internal)
}

fn subject(owner: Actor, access: Access, client: Option<&str>) -> Result<Subject, Error> {
    let made_up = |prefix: &str| format!("{prefix}_{NOBODY}");
    let broken = |error: BadId| Error::internal(error);
    Ok(match (access, owner) {
        (Access::OAuth, owner) => Subject::Token {
            grant: made_up("grant").parse().map_err(broken)?,
            client: match client {
                Some(client) => client.parse(),
                None => made_up("client").parse(),
            }
            .map_err(|_| Error::invalid_at("/client", "a client's id"))?,
            owner,
        },
        (Access::Web, Actor::User(user)) => Subject::WebSession {
            session: made_up("web").parse().map_err(broken)?,
            user,
        },
        (Access::ApiKey, owner) => Subject::ApiKey {
            key: made_up("key").parse().map_err(broken)?,
            owner,
        },
        (Access::Web, Actor::ServiceAccount(_)) => {
            let expected = "api_key or oauth: a service account does not sign in at a web page";
            return Err(Error::invalid_at("/access", expected));
        }
        _ => return Err(Error::invalid_at("/access", "api_key, oauth or web")),
    })
}

fn unknown() -> Error {
    let message =
        "there is no such person or service account in the organization, or it is kept out";
    Error::new(Kind::Invalid, "unknown_principal", message).with_hint(
        "name an email address, `user_…`, `svc_…`, `role:member`, a client's id, `anonymous` or `operator`",
    )
}
