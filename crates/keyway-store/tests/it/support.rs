#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use keyway_core::OrgId;
use keyway_core::provider::Granularity;
use keyway_store::{
    InstallationState, Member, NewApiKey, NewPublication, Organization, PublicationChange, Role,
    Store, StoredPublication,
};

pub(crate) use crate::engine::{Fresh, fresh};

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// An id that no other call gives.
pub(crate) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(prefix: &str) -> T {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{prefix}_01890a5d-ac96-774b-bcce-{number:012x}")
        .parse()
        .unwrap()
}

pub(crate) fn organization(slug: &str) -> Organization {
    Organization {
        id: id("org"),
        slug: slug.to_owned(),
        name: slug.to_uppercase(),
        created_at: at(0),
        revision: 1,
    }
}

pub(crate) fn member(role: Role) -> Member {
    Member {
        id: id("user"),
        name: "Ada".to_owned(),
        email: None,
        role,
        created_at: at(0),
        disabled_at: None,
        revision: 1,
    }
}

pub(crate) fn key_of(owner: &Member, second: i64) -> NewApiKey {
    let id: keyway_core::ApiKeyId = id("key");
    NewApiKey {
        name: format!("key {second}"),
        shown: "kw_abcdef".to_owned(),
        hash: format!("hash of {id}"),
        owner: keyway_core::Actor::User(owner.id.clone()),
        scopes: keyway_core::Scopes::all(),
        created_at: at(second),
        expires_at: None,
        id,
    }
}

/// An organization with its owner.
pub(crate) async fn tenant(store: &Store, slug: &str) -> (OrgId, Member) {
    let organization = organization(slug);
    store.create_organization(&organization).await.unwrap();
    let owner = member(Role::Owner);
    store.create_member(&organization.id, &owner).await.unwrap();
    (organization.id, owner)
}

/// A publication of `agent` that goes through an installation of its own, as it is stored.
pub(crate) async fn published(store: &Store, organization: &OrgId) -> StoredPublication {
    let new = NewPublication {
        id: id("pub"),
        installation: id("inst"),
        provider: "webhook".to_owned(),
        account: id("svc"),
        sealed: b"the secret, sealed".to_vec(),
        state: InstallationState::Installed,
        with: PublicationChange {
            name: "CI".to_owned(),
            agent: "agent".to_owned(),
            granularity: Granularity::PerThread,
            settings: "{}".to_owned(),
            triggers: "{}".to_owned(),
            scopes: "[]".to_owned(),
            limits: "{}".to_owned(),
            schedule: None,
            next_run_at: None,
            paused_at: None,
            at: at(1),
            by: "operator".to_owned(),
        },
    };
    store.create_publication(organization, &new).await.unwrap();
    let stored = store.publication(organization, &new.id).await.unwrap();
    stored.unwrap()
}
