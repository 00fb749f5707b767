use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::scopes::Scope;
use keyway_core::{ClientId, Error, OrgId, Role, Scopes};
use keyway_oauth::server::UNKNOWN_CLIENT;
use keyway_oauth::server::client::{ClientMetadata, DocumentUrl};
use keyway_store::oauth::{Client, ClientKind};

use super::service::{earlier, later};
use super::{Failure, Oauth};

/// A client as it is known at this moment.
#[derive(Debug, Clone)]
pub(super) struct KnownClient {
    pub(super) id: ClientId,
    pub(super) kind: ClientKind,
    pub(super) metadata: Arc<ClientMetadata>,
    /// The row, which a client that is known by a document may not have yet.
    pub(super) row: Option<Client>,
}

impl KnownClient {
    /// The most it may ask for: what an admin gave it, where one made it.
    pub(super) fn ceiling(&self) -> Option<&Scopes> {
        match self.kind {
            ClientKind::Configured => self.metadata.scope.as_ref(),
            ClientKind::Registered | ClientKind::Document => None,
        }
    }

    /// True when people of this organization may let it in at all: one that an admin made is for
    /// their organization.
    pub(super) fn is_for(&self, organization: &OrgId) -> bool {
        let own = self.row.as_ref().and_then(|row| row.organization.as_ref());
        own.is_none_or(|own| own == organization)
    }

    /// The host that vouches for it.
    pub(super) fn host(&self) -> Option<String> {
        let url = url::Url::parse(self.id.as_str()).ok()?;
        let host = url.host_str()?;
        Some(match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        })
    }
}

impl Oauth {
    /// The client with this id. One that was not used for too long is not known any more.
    pub(super) async fn client(&self, id: &ClientId) -> Result<KnownClient, Failure> {
        let row = self.parts.store.oauth_client(id).await?;
        let row = row.filter(|row| !self.has_lapsed(row));
        if let Some(row) = row.as_ref().filter(|row| row.kind != ClientKind::Document) {
            return Ok(KnownClient {
                id: id.clone(),
                kind: row.kind,
                metadata: Arc::new(stored(row)?),
                row: Some(row.clone()),
            });
        }
        let url = self.document_url(id).ok_or(UNKNOWN_CLIENT)?;
        let metadata = self.document(&url, id, row.as_ref()).await?;
        Ok(KnownClient {
            id: id.clone(),
            kind: ClientKind::Document,
            metadata,
            row,
        })
    }

    /// Makes sure that what is stored next can refer to the client, and counts its use.
    pub(super) async fn keep_client(
        &self,
        client: &KnownClient,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let store = &self.parts.store;
        if client.kind == ClientKind::Document && client.row.is_none() {
            let row = Client {
                id: client.id.clone(),
                organization: None,
                kind: ClientKind::Document,
                name: client.metadata.name.to_string(),
                metadata: client.metadata.to_stored(),
                secret_hash: None,
                service_account: None,
                created_at: now,
                last_used_at: now,
                fresh_until: None,
                etag: None,
                revision: 1,
            };
            store.put_oauth_client(&row).await?;
        }
        Ok(store.touch_oauth_client(&client.id, now).await?)
    }

    fn has_lapsed(&self, row: &Client) -> bool {
        row.kind != ClientKind::Configured
            && later(row.last_used_at, self.parts.settings.client_ttl) <= self.now()
    }

    /// The URL that a client id is, where such clients are let in.
    fn document_url(&self, id: &ClientId) -> Option<DocumentUrl> {
        use keyway_oauth::server::client::Http;
        let http = match self.parts.settings.documents {
            super::Documents::Off => return None,
            super::Documents::Https => Http::Never,
            super::Documents::Loopback => Http::Loopback,
        };
        DocumentUrl::of(id, http)?.ok()
    }

    /// Clients not used since then are forgotten.
    pub(super) fn clients_before(&self, now: Timestamp) -> Timestamp {
        earlier(now, self.parts.settings.client_ttl)
    }
}

/// What was stored of a client. What we wrote ourselves can be read.
pub(super) fn stored(row: &Client) -> Result<ClientMetadata, Error> {
    ClientMetadata::from_stored(&row.metadata).map_err(Error::internal)
}

/// What of some scopes someone of this role may give away.
pub(super) fn within(scopes: &Scopes, role: Role) -> Scopes {
    let allowed = |scope: &&Scope| role.administers() || **scope != Scope::Admin;
    Scopes::of(scopes.iter().filter(allowed).cloned())
}
