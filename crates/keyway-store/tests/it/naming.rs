//! How things are called, looked up by their ids.

use keyway_core::{OrgId, Role};
use keyway_store::oauth::ClientKind;
use keyway_store::{
    ConnectorChange, ConnectorReach, NamedKind, NewConnector, Project, ServiceAccount,
};

use crate::oauth::world::{client, world};
use crate::support::{at, id, key_of, tenant};

#[tokio::test]
async fn things_of_an_organization_are_called_by_their_names_and_those_of_others_not_at_all() {
    let world = world().await;
    let (store, acme, owner) = (world.store(), &world.acme, &world.owner);
    let (other, _) = tenant(store, "other").await;
    let account = ServiceAccount {
        id: id("svc"),
        name: "bot".to_owned(),
        role: Role::Member,
        created_at: at(0),
        disabled_at: None,
        revision: 1,
    };
    store.create_service_account(acme, &account).await.unwrap();
    let project = Project {
        id: id("proj"),
        slug: "web".to_owned(),
        name: "Web \"shop\"".to_owned(),
        created_at: at(0),
        revision: 1,
    };
    store.create_project(acme, &project).await.unwrap();
    let key = key_of(owner, 7);
    store.create_api_key(acme, &key).await.unwrap();
    let made = client(ClientKind::Configured, Some(acme));
    store.put_oauth_client(&made).await.unwrap();
    let (grant, _) = world.granted(1).await;
    let connector = NewConnector {
        id: id("conn"),
        slug: "mill".into(),
        with: ConnectorChange {
            name: "The mill".into(),
            url: "https://one.example/mcp".into(),
            reach: ConnectorReach::Organization,
            enabled: true,
            settings: "{}".into(),
            sealed: None,
            at: at(1),
            by: "operator".into(),
        },
    };
    store.create_connector(acme, &connector).await.unwrap();

    let called = [
        (NamedKind::User, owner.id.as_str(), "Ada", owner.id.as_str()),
        (
            NamedKind::ServiceAccount,
            account.id.as_str(),
            "bot",
            account.id.as_str(),
        ),
        (
            NamedKind::Project,
            project.id.as_str(),
            "Web \"shop\"",
            project.id.as_str(),
        ),
        (NamedKind::ApiKey, key.id.as_str(), "key 7", key.id.as_str()),
        (
            NamedKind::OauthClient,
            made.id.as_str(),
            &made.name,
            made.id.as_str(),
        ),
        // One that registered itself is seen where it was granted something.
        (
            NamedKind::OauthClient,
            world.client.id.as_str(),
            &world.client.name,
            world.client.id.as_str(),
        ),
        (
            NamedKind::OauthGrant,
            grant.id.as_str(),
            &world.client.name,
            world.client.id.as_str(),
        ),
        (
            NamedKind::Connector,
            connector.id.as_str(),
            "The mill",
            "mill",
        ),
        (
            NamedKind::Organization,
            acme.as_str(),
            "ACME",
            acme.as_str(),
        ),
    ];
    let nothing: OrgId = id("org");
    for (kind, id, name, place) in called {
        let ids = [id, nothing.as_str(), "\"],[\"", "' OR 1=1 --"];
        let found = store.names(acme, kind, &ids).await.unwrap();
        assert_eq!(found.len(), 1, "{kind:?}");
        assert_eq!((&*found[id].name, &*found[id].place), (name, place));
        let away = store.names(&other, kind, &ids).await.unwrap();
        assert!(away.is_empty(), "{kind:?}: {away:?}");
    }
    let removed = store.remove_connector(acme, &connector.id, at(2), "operator");
    assert!(removed.await.unwrap());
    let ids = [connector.id.as_str()];
    let gone = store.names(acme, NamedKind::Connector, &ids).await.unwrap();
    assert!(gone.is_empty(), "{gone:?}");
}

#[tokio::test]
async fn every_kind_of_name_can_be_asked_for() {
    let world = world().await;
    let (store, acme) = (world.store(), &world.acme);
    for kind in [
        NamedKind::User,
        NamedKind::ServiceAccount,
        NamedKind::ApiKey,
        NamedKind::OauthClient,
        NamedKind::OauthGrant,
        NamedKind::Credential,
        NamedKind::Connector,
        NamedKind::Project,
        NamedKind::Invitation,
        NamedKind::Session,
        NamedKind::Approval,
        NamedKind::Organization,
    ] {
        let found = store.names(acme, kind, &["nothing"]).await.unwrap();
        assert!(found.is_empty(), "{kind:?}");
    }
}
