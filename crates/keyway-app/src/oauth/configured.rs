use keyway_core::{ClientId, Error, Kind, Principal, Scopes, Secret, ServiceAccountId};
use keyway_oauth::server::client::{ClientMetadata, ClientName, GrantType, Source};
use keyway_oauth::server::{ErrorCode, Refusal};
use keyway_store::oauth::{Client, ClientKind, RevokedFor, Whose};
use serde_json::{Map, Value, json};

use super::{ClientView, Oauth};
use crate::access;
use crate::audit::{Event, EventKind};
use crate::keys::TokenKind;

/// A client that an admin makes.
#[derive(Debug, Clone, Default)]
pub struct NewOauthClient {
    /// Its name for people.
    pub name: String,
    /// Where browsers may be sent for it.
    pub redirect_uris: Vec<String>,
    /// How it proves itself; by its secret unless said otherwise.
    pub auth_method: Option<String>,
    /// How it comes by tokens; by codes and refresh tokens unless said otherwise, and for itself
    /// when it has a service account.
    pub grant_types: Vec<String>,
    /// The most it may ask for.
    pub scope: Option<String>,
    /// Whom it acts as by itself.
    pub service_account: Option<ServiceAccountId>,
    /// Its public keys as a JWK set, for a client that signs.
    pub jwks: Option<Value>,
}

/// A client that was just made. This is the only moment its secret is known.
#[derive(Debug)]
pub struct IssuedClient {
    /// Its secret, where it has one.
    pub secret: Option<Secret<String>>,
    /// The client as it will be listed.
    pub view: ClientView,
}

impl Oauth {
    /// The clients that have to do with the organization of `who`, newest first: those an admin
    /// made, and those somebody of it let in.
    pub async fn clients(&self, who: &Principal) -> Result<Vec<ClientView>, Error> {
        access::administer(&self.parts.store, who).await?;
        let rows = self.parts.store.oauth_clients(who.organization()).await?;
        let views = rows
            .into_iter()
            .map(|(row, blocked)| ClientView::of(row, blocked));
        views.collect()
    }

    /// Makes a client for the organization of `who`.
    pub async fn create_client(
        &self,
        who: &Principal,
        new: &NewOauthClient,
    ) -> Result<IssuedClient, Error> {
        let event = Event::new(EventKind::ClientRegistered, who);
        let may = async {
            access::administer(&self.parts.store, who).await?;
            access::made_by_hand(who)
        };
        self.parts.audit.checked(event.clone(), may).await?;
        let metadata = self.read(who, new).await?;
        let now = self.now();
        let id = ClientId::generate(&*self.parts.clock, &*self.parts.random);
        let secret = metadata
            .auth_method
            .has_secret()
            .then(|| self.secret(TokenKind::ClientSecret));
        let row = Client {
            id: id.clone(),
            organization: Some(who.organization().clone()),
            kind: ClientKind::Configured,
            name: metadata.name.to_string(),
            metadata: metadata.to_stored(),
            secret_hash: secret.as_ref().map(|secret| secret.digest().to_hex()),
            service_account: new.service_account.clone(),
            created_at: now,
            last_used_at: now,
            fresh_until: None,
            etag: None,
            revision: 1,
        };
        let event = event
            .target("oauth_client", id.as_str())
            .detail("name", row.name.as_str());
        let store = &self.parts.store;
        let made = async { Ok(store.put_oauth_client(&row).await?) };
        self.parts.audit.change(event, made).await?;
        Ok(IssuedClient {
            secret: secret.map(|secret| secret.secret().clone()),
            view: ClientView::of(row, false)?,
        })
    }

    /// Keeps a client out of the organization, or lets it in again. Its tokens there stop working
    /// at once, and work again with it.
    pub async fn disable_client(&self, who: &Principal, id: &ClientId) -> Result<(), Error> {
        let event = Event::new(EventKind::ClientChanged, who)
            .target("oauth_client", id.as_str())
            .detail("state", "disabled");
        let (store, now) = (&self.parts.store, self.now());
        let blocked = async {
            access::administer(store, who).await?;
            let found = store
                .block_oauth_client(who.organization(), id, now)
                .await?;
            if found { Ok(()) } else { Err(not_found()) }
        };
        self.parts.audit.change(event, blocked).await?;
        self.noticed().await;
        Ok(())
    }

    /// Lets a client in again that was kept out.
    pub async fn enable_client(&self, who: &Principal, id: &ClientId) -> Result<(), Error> {
        let event = Event::new(EventKind::ClientChanged, who)
            .target("oauth_client", id.as_str())
            .detail("state", "active");
        let store = &self.parts.store;
        let unblocked = async {
            access::administer(store, who).await?;
            let found = store.unblock_oauth_client(who.organization(), id).await?;
            if found { Ok(()) } else { Err(not_found()) }
        };
        self.parts.audit.change(event, unblocked).await?;
        self.noticed().await;
        Ok(())
    }

    /// Deletes a client, with all that was granted to it in the organization of `who`.
    pub async fn delete_client(&self, who: &Principal, id: &ClientId) -> Result<(), Error> {
        let event = Event::new(EventKind::ClientRemoved, who).target("oauth_client", id.as_str());
        let (store, now, organization) = (&self.parts.store, self.now(), who.organization());
        let deleted = async {
            access::administer(store, who).await?;
            let whose = Whose::Client(id);
            store
                .revoke_oauth_grants(organization, whose, RevokedFor::Admin, now)
                .await?;
            let found = store.delete_oauth_client(organization, id).await?;
            if found { Ok(()) } else { Err(not_found()) }
        };
        self.parts.audit.change(event, deleted).await?;
        self.noticed().await;
        Ok(())
    }

    async fn read(&self, who: &Principal, new: &NewOauthClient) -> Result<ClientMetadata, Error> {
        let mut grants = new.grant_types.clone();
        if grants.is_empty() && !new.redirect_uris.is_empty() {
            let usual = [GrantType::AuthorizationCode, GrantType::RefreshToken];
            grants.extend(usual.map(|grant| grant.as_str().to_owned()));
        }
        let itself = GrantType::ClientCredentials.as_str();
        if new.service_account.is_some() && !grants.iter().any(|grant| grant == itself) {
            grants.push(itself.to_owned());
        }
        let mut body = Map::new();
        body.insert("client_name".into(), new.name.as_str().into());
        body.insert("redirect_uris".into(), json!(new.redirect_uris));
        body.insert("grant_types".into(), json!(grants));
        let method = new.auth_method.as_deref().unwrap_or("client_secret_basic");
        body.insert("token_endpoint_auth_method".into(), method.into());
        if let Some(scope) = &new.scope {
            body.insert("scope".into(), scope.as_str().into());
        }
        if let Some(jwks) = &new.jwks {
            body.insert("jwks".into(), jwks.clone());
        }
        check(Some(&new.name), new.scope.as_deref())?;
        let body = Value::Object(body).to_string();
        let metadata = ClientMetadata::from_request(body.as_bytes(), Source::Admin)
            .map_err(|refusal| problem(&refusal))?;
        let acts = metadata.allows(GrantType::ClientCredentials).is_ok();
        match &new.service_account {
            None if acts => Err(Error::invalid_at(
                "/serviceAccount",
                "the service account it acts as with client_credentials",
            )),
            Some(account) => {
                let found = self
                    .parts
                    .store
                    .service_account(who.organization(), account)
                    .await?;
                found.map(|_| metadata).ok_or_else(|| {
                    Error::invalid_at("/serviceAccount", "a service account of the organization")
                })
            }
            None => Ok(metadata),
        }
    }
}

/// Holds what an admin wrote against what it may be, each at its field.
pub(super) fn check(name: Option<&str>, scope: Option<&str>) -> Result<(), Error> {
    if let Some(name) = name {
        let named = name.parse::<ClientName>();
        named.map_err(|_| {
            Error::invalid_at("/name", "1 to 100 visible characters without < and >")
        })?;
    }
    if let Some(scope) = scope.filter(|scope| !scope.is_empty()) {
        let scopes = scope.parse::<Scopes>();
        scopes.map_err(|error| Error::invalid_at("/scope", error.to_string()))?;
    }
    Ok(())
}

/// What is wrong with a client's metadata, at the field an admin knows it by.
pub(super) fn problem(refusal: &Refusal) -> Error {
    let pointer = match refusal.code() {
        ErrorCode::InvalidRedirectUri => "/redirectUris",
        _ => "",
    };
    Error::invalid_at(pointer, refusal.description())
}

pub(super) fn conflict(code: &'static str, message: &'static str) -> Error {
    Error::new(Kind::Conflict, code, message)
}

pub(super) fn not_found() -> Error {
    Error::new(
        Kind::NotFound,
        "oauth_client_not_found",
        "there is no OAuth client with this id",
    )
}
