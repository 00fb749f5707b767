use keyway_core::{ClientId, Error, Principal};
use keyway_oauth::server::client::{ClientMetadata, Source};
use keyway_store::oauth::{Client, ClientKind};
use keyway_store::{Changed, Seen};
use serde_json::{Map, Value, json};

use super::configured::{check, conflict, not_found, problem};
use super::{ClientView, Oauth};
use crate::access;
use crate::audit::{Event, EventKind};
use crate::people::changed_meanwhile;
use crate::{Listed, Part};

/// What a client that an admin made is to be from now on. What is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ClientChange {
    /// Another name.
    pub name: Option<String>,
    /// Where browsers may be sent for it, all of them.
    pub redirect_uris: Option<Vec<String>>,
    /// The most it may ask for; empty for no bound.
    pub scope: Option<String>,
}

impl Oauth {
    /// A part of the clients that have to do with the organization of `who`, newest first. Searched
    /// are names and ids.
    pub async fn list_clients(
        &self,
        who: &Principal,
        part: &Part<'_>,
    ) -> Result<Listed<ClientView>, Error> {
        let store = &self.parts.store;
        access::administer(store, who).await?;
        let wanted = part.read()?;
        let found = store.oauth_clients_slice(who.organization(), wanted.slice());
        let place = |row: &(Client, bool)| (row.0.created_at, row.0.id.to_string());
        let listed = wanted.listed(found.await?, place, |(row, blocked)| {
            ClientView::of(row, blocked)
        });
        Ok(Listed {
            rows: listed.rows.into_iter().collect::<Result<_, _>>()?,
            next_cursor: listed.next_cursor,
        })
    }

    /// One client that has to do with the organization of `who`.
    pub async fn client_of(&self, who: &Principal, id: &ClientId) -> Result<ClientView, Error> {
        access::administer(&self.parts.store, who).await?;
        let (row, blocked) = self.seen_by(who, id).await?;
        ClientView::of(row, blocked)
    }

    /// Changes a client that an admin made; `changed_meanwhile` when it is not what it was when it
    /// was seen. Codes it has not redeemed are forgotten: they were given for what it was.
    pub async fn change_client(
        &self,
        who: &Principal,
        client: impl Into<Seen<'_, ClientId>>,
        to: &ClientChange,
    ) -> Result<ClientView, Error> {
        let seen = client.into();
        let event =
            Event::new(EventKind::ClientChanged, who).target("oauth_client", seen.id.as_str());
        let change = async {
            let store = &self.parts.store;
            access::administer(store, who).await?;
            access::made_by_hand(who)?;
            let (now, blocked) = self.seen_by(who, seen.id).await?;
            if now.kind != ClientKind::Configured {
                return Err(not_ours());
            }
            let metadata = changed(&now, to)?;
            // What was read above must not be written over what came between.
            let seen = Seen::at(seen.id, seen.revision.or(Some(now.revision)));
            let (name, stored) = (metadata.name.to_string(), metadata.to_stored());
            let organization = who.organization();
            let changed = store.change_oauth_client(organization, seen, &name, &stored);
            match changed.await? {
                Changed::Done => {}
                Changed::Stale => {
                    return Err(stale(&ClientView::of(
                        self.seen_by(who, seen.id).await?.0,
                        blocked,
                    )?));
                }
                Changed::Missing | Changed::LastOwner => return Err(not_found()),
            }
            let (row, blocked) = self.seen_by(who, seen.id).await?;
            ClientView::of(row, blocked)
        };
        let view = self.parts.audit.change(event, change).await?;
        self.noticed().await;
        Ok(view)
    }

    async fn seen_by(&self, who: &Principal, id: &ClientId) -> Result<(Client, bool), Error> {
        let found = self.parts.store.oauth_client_of(who.organization(), id);
        found.await?.ok_or_else(not_found)
    }
}

/// The metadata of a client after a change.
fn changed(now: &Client, to: &ClientChange) -> Result<ClientMetadata, Error> {
    let mut fields: Map<String, Value> =
        serde_json::from_str(&now.metadata).map_err(Error::internal)?;
    if let Some(name) = &to.name {
        fields.insert("client_name".into(), name.as_str().into());
    }
    if let Some(uris) = &to.redirect_uris {
        fields.insert("redirect_uris".into(), json!(uris));
    }
    if let Some(scope) = &to.scope {
        fields.insert("scope".into(), scope.as_str().into());
    }
    check(to.name.as_deref(), to.scope.as_deref())?;
    let body = Value::Object(fields).to_string();
    ClientMetadata::from_request(body.as_bytes(), Source::Admin)
        .map_err(|refusal| problem(&refusal))
}

fn not_ours() -> Error {
    let message = "only clients that an admin made can be changed";
    conflict("not_configured", message)
        .with_hint("this one says itself what it is; disable it to keep it out")
}

/// A client is not what it was when it was seen.
fn stale(now: &ClientView) -> Error {
    let (name, revision) = (&now.name, now.revision);
    let (uris, scope) = (now.redirect_uris.len(), now.scope.as_deref());
    let scope = scope.unwrap_or("without bound");
    let is = format!(
        "it is called “{name}”, has {uris} redirect URIs and the scope {scope} (revision {revision})"
    );
    changed_meanwhile("the OAuth client", &is)
}
