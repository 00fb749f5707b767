#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::atomic::{AtomicU64, Ordering};

use keyway_core::{Actor, ClientId, OrgId, Scopes};
use keyway_store::oauth::{Client, ClientKind, GrantKind, NewCode, NewGrant, NewToken, NewTokens};
use keyway_store::{Member, Store};

use crate::support::{Fresh, at, fresh, id, tenant};

pub(crate) const RESOURCE: &str = "https://gate.example/mcp";

/// An organization with an owner, and a client that registered itself.
pub(crate) struct World {
    pub(crate) fresh: Fresh,
    pub(crate) acme: OrgId,
    pub(crate) owner: Member,
    pub(crate) client: Client,
}

pub(crate) async fn world() -> World {
    let fresh = fresh().await;
    let (acme, owner) = tenant(&fresh.store, "acme").await;
    let client = client(ClientKind::Registered, None);
    fresh.store.put_oauth_client(&client).await.unwrap();
    World {
        fresh,
        acme,
        owner,
        client,
    }
}

pub(crate) fn client(kind: ClientKind, organization: Option<&OrgId>) -> Client {
    let id: ClientId = format!("client_{}", unique()).parse().unwrap();
    Client {
        name: format!("client {id}"),
        id,
        organization: organization.cloned(),
        kind,
        metadata: "{}".to_owned(),
        secret_hash: None,
        service_account: None,
        created_at: at(0),
        last_used_at: at(0),
        fresh_until: None,
        etag: None,
        revision: 1,
    }
}

pub(crate) fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

pub(crate) fn mcp() -> Scopes {
    "mcp".parse().unwrap()
}

impl World {
    pub(crate) fn store(&self) -> &Store {
        &self.fresh.store
    }

    pub(crate) fn code(&self, second: i64) -> NewCode {
        NewCode {
            hash: format!("code {}", unique()),
            organization: self.acme.clone(),
            user: self.owner.id.clone(),
            client: self.client.id.clone(),
            redirect_uri: "https://app.example/callback".to_owned(),
            challenge: "challenge".to_owned(),
            scopes: mcp(),
            resource: RESOURCE.to_owned(),
            created_at: at(second),
            expires_at: at(second + 300),
        }
    }

    pub(crate) fn grant(&self, second: i64) -> NewGrant {
        NewGrant {
            id: id("grant"),
            organization: self.acme.clone(),
            owner: Actor::User(self.owner.id.clone()),
            client: self.client.id.clone(),
            kind: GrantKind::Code,
            scopes: mcp(),
            resource: RESOURCE.to_owned(),
            created_at: at(second),
            expires_at: at(second + 10_000),
        }
    }

    /// A grant in the store, with the tokens it has.
    pub(crate) async fn granted(&self, second: i64) -> (NewGrant, NewTokens) {
        let (grant, tokens) = (self.grant(second), tokens(second));
        self.store()
            .create_oauth_grant(&grant, &tokens)
            .await
            .unwrap();
        (grant, tokens)
    }
}

pub(crate) fn tokens(second: i64) -> NewTokens {
    let token = |life| NewToken {
        hash: format!("token {}", unique()),
        expires_at: at(second + life),
    };
    NewTokens {
        access: token(900),
        refresh: Some(token(10_000)),
        scopes: mcp(),
        created_at: at(second),
    }
}
