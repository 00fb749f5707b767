use keyway_core::credential::CredentialScope;
use keyway_core::{Actor, CredentialDefinition, Error, Principal};

use super::{CredentialView, Credentials, Place, error};
use crate::connectors::oauth as connector;

/// What a person connected for themselves, or could.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MyConnection {
    /// The key of the credential.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// The connector it is for, where it is one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector: Option<String>,
    /// How it stands.
    pub state: ConnectionState,
    /// Where it is connected.
    pub connect_url: String,
    /// What is there, without its secrets.
    pub credentials: Vec<CredentialView>,
}

/// How it stands with what somebody has to connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Nobody has connected it.
    Missing,
    /// It is connected.
    Connected,
    /// What was connected is not accepted any more.
    NeedsReconnecting,
}

/// How it stands with the credential of a connector.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentView {
    /// How it stands: with what everybody shares, or with that of whoever asks.
    pub state: ConnectionState,
    /// How many people have connected it, where everybody does so for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<usize>,
    /// Where it is connected, where somebody has to agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_url: Option<String>,
    /// What is shared, or whoever asks has, without its secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialView>,
}

impl Credentials {
    /// What `who` connected for themselves, and what there is that they have to before they can use it.
    ///
    /// # Errors
    ///
    /// `credential_needs_a_person` for who is none.
    pub async fn mine(&self, who: &Principal) -> Result<Vec<MyConnection>, Error> {
        let person = person(who)?;
        let own = Place::User { user: person };
        let all = self.list(who, None).await?;
        let mut own: Vec<_> = all.into_iter().filter(|one| one.place == own).collect();
        let mut mine = Vec::new();
        let defined = self.parts.definitions.credentials().iter().cloned();
        let connectors = connector::all(&self.parts, who).await?;
        for definition in defined.chain(connectors) {
            let of = |one: &mut CredentialView| one.key == definition.key();
            let credentials: Vec<_> = own.extract_if(.., of).collect();
            let pinned = definition.pin() == Some(CredentialScope::User);
            if pinned || !credentials.is_empty() {
                mine.push(self.my(&definition, credentials));
            }
        }
        Ok(mine)
    }

    /// Ends what `who` connected for themselves.
    pub async fn disconnect(&self, who: &Principal, key: &str) -> Result<(), Error> {
        let own = Place::User { user: person(who)? };
        let all = self.list(who, None).await?;
        let mut any = false;
        for one in all.iter().filter(|one| one.key == key && one.place == own) {
            any = true;
            self.revoke(who, &one.id, true).await?;
        }
        any.then_some(()).ok_or_else(error::not_found)
    }

    /// How it stands with the credential of a connector. Says of people only how many they are.
    pub(crate) async fn consent(
        &self,
        who: &Principal,
        definition: &CredentialDefinition,
    ) -> Result<ConsentView, Error> {
        let key = definition.key();
        let store = &self.parts.store;
        let stored = store.credentials_of(who.organization(), Some(key)).await?;
        let views = self.views(who, stored).await?;
        let of_each = definition.pin() == Some(CredentialScope::User);
        let people = views
            .iter()
            .filter(|one| one.place.scope() == CredentialScope::User);
        let people = of_each.then(|| people.count());
        let place = match person(who) {
            Ok(user) if of_each => Place::User { user },
            _ => Place::Organization,
        };
        let credential = views
            .into_iter()
            .find(|one| one.place == place && one.default);
        let asks = definition
            .server()
            .is_some_and(|server| server.flow == keyway_core::credential::Flow::Consent);
        Ok(ConsentView {
            state: state(credential.as_ref()),
            people,
            connect_url: asks.then(|| self.parts.pages.at(&format!("/connect/{key}"))),
            credential,
        })
    }

    fn my(
        &self,
        definition: &CredentialDefinition,
        credentials: Vec<CredentialView>,
    ) -> MyConnection {
        let key = definition.key();
        let default = credentials.iter().find(|one| one.default);
        MyConnection {
            key: key.to_owned(),
            name: definition.get_title().unwrap_or(key).to_owned(),
            connector: connector::slug(key).map(str::to_owned),
            state: state(default),
            connect_url: self.parts.pages.at(&format!("/connect/{key}?for=user")),
            credentials,
        }
    }
}

fn state(credential: Option<&CredentialView>) -> ConnectionState {
    match credential {
        None => ConnectionState::Missing,
        Some(one) if one.needs_reconnecting => ConnectionState::NeedsReconnecting,
        Some(_) => ConnectionState::Connected,
    }
}

fn person(who: &Principal) -> Result<String, Error> {
    match who.actor() {
        Some(Actor::User(user)) => Ok(user.to_string()),
        _ => Err(error::no_person()),
    }
}
