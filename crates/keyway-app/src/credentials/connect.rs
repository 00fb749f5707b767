use jiff::SignedDuration;
use keyway_core::credential::Flow;
use keyway_core::{CredentialId, Error, OrgId, Principal, Secret, Subject};
use keyway_oauth::{Granted, Pending};
use keyway_store::{CredentialPlace, CredentialSignIn, NewStoredCredential, SignInOf};
use keyway_vault::Context;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::grants::{key as grant_key, new_grant, seal_grant};
use super::instance::seal;
use super::{CredentialView, Credentials, Place, error};
use crate::audit::{Event, EventKind};
use crate::keys::KeyDigest;
use crate::people;

/// How long a person may take at the authorization server.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// What is to be connected, as it is kept until the person comes back.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: String,
    scope: String,
    /// The project or the person.
    whose: Option<String>,
    name: String,
    /// The OAuth client's own record.
    pending: String,
}

impl Credentials {
    /// Begins to connect an `oauth2` credential at a place, under a name (`default` when absent):
    /// answers where the person has to go. Only for a person in a web session, which they have to come
    /// back in to `redirect_uri`.
    pub async fn begin_connecting(
        &self,
        who: &Principal,
        key: &str,
        place: &Place,
        name: Option<&str>,
        redirect_uri: &str,
    ) -> Result<Secret<String>, Error> {
        let of = sign_in_of(who, key)?;
        let definition = self.defined(who.organization(), key).await?;
        let event = Event::new(EventKind::CredentialConnected, who).detail("key", key);
        let placed = async {
            let at = self.at(who, place).await?;
            self.may_manage(who, &at).await?;
            Ok((
                at,
                people::checked_name(name.unwrap_or(super::manage::NAME))?,
            ))
        };
        let (at, name) = self.parts.audit.checked(event, placed).await?;
        let grants = &self.parts.grants;
        let organization = who.organization();
        let server = definition.server().ok_or_else(error::nothing_to_connect)?;
        if server.flow == Flow::ClientCredentials {
            return Err(error::for_itself(key));
        }
        let resource = grants.resource(organization, &definition);
        let resource = resource.ok_or_else(error::nothing_to_connect)?;
        if resource.client_id.is_none() && server.found_at.is_none() {
            return Err(error::no_client(key));
        }
        let id = self.instance_at(organization, key, &at, &name).await?;
        let id =
            id.unwrap_or_else(|| CredentialId::generate(&*self.parts.clock, &*self.parts.random));
        let called = grant_key(organization, &id);
        let client = grants.client(organization, &definition);
        let begun = client.begin(&called, &resource, redirect_uri);
        let pending = begun
            .await
            .map_err(|found| error::not_connected(key, &found))?;
        self.keep(of, &at, id, name, &pending).await?;
        Ok(Secret::new(pending.url().to_owned()))
    }

    /// Completes what was begun in the same web session, with the query that the person came back
    /// with. It works once.
    pub async fn complete_connecting(
        &self,
        who: &Principal,
        key: &str,
        query: &Secret<String>,
    ) -> Result<CredentialView, Error> {
        let of = sign_in_of(who, key)?;
        let event = Event::new(EventKind::CredentialConnected, who).detail("key", key);
        let completed = Box::pin(self.complete(who, &of, query));
        let id = self.parts.audit.change(event, completed).await?;
        self.parts.grants.changed();
        self.forget();
        self.view(who, &id).await
    }

    /// Gets tokens for the gateway itself, for a credential that nobody has to agree to, and keeps them
    /// for the whole organization.
    pub async fn obtain(&self, who: &Principal, key: &str) -> Result<CredentialView, Error> {
        let organization = who.organization();
        let definition = self.defined(organization, key).await?;
        let event = Event::new(EventKind::CredentialConnected, who).detail("key", key);
        let at = CredentialPlace::Organization;
        let obtained = async {
            self.may_manage(who, &at).await?;
            let server = definition.server().ok_or_else(error::nothing_to_connect)?;
            if server.flow != Flow::ClientCredentials {
                return Err(error::in_the_browser(key));
            }
            let (parts, name) = (&self.parts, super::manage::NAME);
            let resource = parts.grants.resource(organization, &definition);
            let resource = resource.ok_or_else(error::nothing_to_connect)?;
            let id = self.instance_at(organization, key, &at, name).await?;
            let id = id.unwrap_or_else(|| CredentialId::generate(&*parts.clock, &*parts.random));
            let client = parts.grants.client(organization, &definition);
            let called = grant_key(organization, &id);
            let granted = client.obtain(&called, &resource).await;
            let granted = granted.map_err(|found| error::not_connected(key, &found))?;
            let name = name.to_owned();
            self.connected(organization, key, at, id, name, granted)
                .await
        };
        let id = self.parts.audit.change(event, Box::pin(obtained)).await?;
        self.parts.grants.changed();
        self.forget();
        self.view(who, &id).await
    }

    async fn complete(
        &self,
        who: &Principal,
        of: &SignInOf,
        query: &Secret<String>,
    ) -> Result<CredentialId, Error> {
        let parts = &self.parts;
        let definition = self.defined(&of.organization, &of.key).await?;
        let state = state(query.expose()).ok_or_else(error::not_this_sign_in)?;
        let row = KeyDigest::of(&state).to_hex();
        let now = parts.clock.now();
        let sealed = parts.store.take_credential_sign_in(&row, of, now).await?;
        let sealed = sealed.ok_or_else(error::not_this_sign_in)?;
        let opened = parts.vault.open(&place(&of.organization, &row), &sealed);
        let opened = opened.map_err(|_| error::not_this_sign_in())?;
        let kept: Kept = serde_json::from_slice(opened.expose()).map_err(Error::internal)?;
        let at = kept.place().ok_or_else(error::not_this_sign_in)?;
        // Who may have lost the right to it meanwhile.
        self.may_manage(who, &at).await?;
        let resource = parts.grants.resource(&of.organization, &definition);
        let resource = resource.ok_or_else(error::nothing_to_connect)?;
        let pending = Pending::resume(kept.pending.as_bytes(), resource);
        let pending = pending.ok_or_else(error::not_this_sign_in)?;
        let came_back = Zeroizing::new(format!("?{}", query.expose()));
        let client = parts.grants.client(&of.organization, &definition);
        let granted = client.exchange(pending, &came_back).await;
        let granted = granted.map_err(|found| error::not_connected(&of.key, &found))?;
        let id = kept.id.parse().map_err(|_| error::not_this_sign_in())?;
        self.connected(&of.organization, &of.key, at, id, kept.name, granted)
            .await
    }

    /// Keeps what was granted.
    async fn connected(
        &self,
        organization: &OrgId,
        key: &str,
        at: CredentialPlace,
        id: CredentialId,
        name: String,
        granted: Granted,
    ) -> Result<CredentialId, Error> {
        let parts = &self.parts;
        // Somebody may have connected the same meanwhile.
        let there = self.instance_at(organization, key, &at, &name).await?;
        let id = there.unwrap_or(id);
        let nothing = Secret::new(b"{}".to_vec());
        let fields = seal(&parts.vault, organization, &id, &nothing).map_err(Error::internal)?;
        let sealed = seal_grant(&parts.vault, organization, &id, &granted.record);
        let grant = new_grant(sealed.map_err(Error::internal)?, &granted.info);
        let new = NewStoredCredential {
            id: id.clone(),
            key: key.to_owned(),
            place: at,
            name,
            sealed: fields,
            at: parts.clock.now(),
        };
        let store = &parts.store;
        let kept = store.connect_credential(organization, &new, &grant).await;
        kept.map_err(super::manage::told)?;
        Ok(id)
    }

    async fn keep(
        &self,
        of: SignInOf,
        at: &CredentialPlace,
        id: CredentialId,
        name: String,
        pending: &Pending,
    ) -> Result<(), Error> {
        let parts = &self.parts;
        let record = pending.record().map_err(Error::internal)?;
        let record = std::str::from_utf8(record.expose()).map_err(Error::internal)?;
        let whose = match at {
            CredentialPlace::Organization => None,
            CredentialPlace::Project(project) => Some(project.to_string()),
            CredentialPlace::User(user) => Some(user.to_string()),
        };
        let kept = Kept {
            id: id.to_string(),
            scope: at.scope().as_str().to_owned(),
            whose,
            name,
            pending: record.to_owned(),
        };
        let text = Zeroizing::new(serde_json::to_vec(&kept).map_err(Error::internal)?);
        let row = KeyDigest::of(pending.state().expose()).to_hex();
        let sealed = parts.vault.seal(&place(&of.organization, &row), &text);
        let now = parts.clock.now();
        let new = CredentialSignIn {
            id: row,
            of,
            sealed: sealed.map_err(Error::internal)?,
            expires_at: now.checked_add(PATIENCE).unwrap_or(now),
        };
        parts.store.begin_credential_sign_in(&new, now).await?;
        Ok(())
    }

    async fn instance_at(
        &self,
        organization: &OrgId,
        key: &str,
        at: &CredentialPlace,
        name: &str,
    ) -> Result<Option<CredentialId>, Error> {
        let all = self
            .parts
            .store
            .credentials_of(organization, Some(key))
            .await?;
        let found = all
            .into_iter()
            .find(|one| one.place == *at && one.name == name);
        Ok(found.map(|one| one.id))
    }
}

impl Kept {
    fn place(&self) -> Option<CredentialPlace> {
        match (self.scope.as_str(), &self.whose) {
            ("organization", None) => Some(CredentialPlace::Organization),
            ("project", Some(id)) => id.parse().ok().map(CredentialPlace::Project),
            ("user", Some(id)) => id.parse().ok().map(CredentialPlace::User),
            _ => None,
        }
    }
}

/// Whose sign-in it is: only someone in a web session can be sent somewhere and come back.
fn sign_in_of(who: &Principal, key: &str) -> Result<SignInOf, Error> {
    let Subject::WebSession { session, user } = who.subject() else {
        return Err(error::in_the_browser(key));
    };
    Ok(SignInOf {
        organization: who.organization().clone(),
        user: user.clone(),
        session: session.clone(),
        key: key.to_owned(),
    })
}

/// The `state` of a query that has it once.
fn state(query: &str) -> Option<String> {
    let mut all = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "state");
    let (_, state) = all.next()?;
    all.next().is_none().then(|| state.into_owned())
}

/// The place of what is sealed of a sign-in.
fn place<'a>(organization: &'a OrgId, row: &'a str) -> Context<'a> {
    Context {
        organization: organization.as_str(),
        table: "credential_sign_ins",
        column: "sealed",
        row,
    }
}
