#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_core::OrgId;
use keyway_store::{
    AcceptedTool, HeldTool, NewTools, PinWrite, Pinning, Reason, ServerSettings, ServerTools,
    Store, ToolSettings,
};

use crate::support::{at, fresh, tenant};

fn accepted(hash: &str) -> AcceptedTool {
    AcceptedTool {
        hash: hash.into(),
        definition: format!(r#"{{"name":"{hash}"}}"#),
        by: None,
        at: at(1),
    }
}

fn held(hash: &str) -> HeldTool {
    HeldTool {
        hash: hash.into(),
        definition: format!(r#"{{"name":"{hash}"}}"#),
        at: at(2),
        findings: "[]".into(),
    }
}

fn hold(was: Option<&str>, hash: &str) -> PinWrite {
    PinWrite::Hold {
        tool: "add".into(),
        was: was.map(Into::into),
        held: held(hash),
    }
}

async fn read(store: &Store, organization: &OrgId) -> ServerTools {
    store.server_tools(organization, "calc").await.unwrap()
}

#[tokio::test]
async fn settings_change_only_from_the_revision_they_were_read_at() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    assert_eq!(
        read(store, &acme).await,
        ServerTools::new(acme.clone(), "calc")
    );
    let mut new = ServerSettings {
        disabled: true,
        definitions: Some(Pinning::Pin),
        new_tools: Some(NewTools::On),
        only_allowed: true,
        needs_approval: true,
        first_listed_at: None,
        revision: 0,
    };
    assert!(
        store
            .put_server_settings(&acme, "calc", &new)
            .await
            .unwrap()
    );
    assert!(
        !store
            .put_server_settings(&acme, "calc", &new)
            .await
            .unwrap()
    );
    new.revision = 1;
    assert_eq!(read(store, &acme).await.settings, new);
    assert_eq!(
        read(store, &other).await.settings,
        ServerSettings::default()
    );

    let mut tool = ToolSettings {
        tool: "add".into(),
        allowed: Some(false),
        needs_approval: Some(true),
        name: Some("plus".into()),
        description: Some("Adds".into()),
        revision: 0,
    };
    assert!(store.put_tool_settings(&acme, "calc", &tool).await.unwrap());
    assert!(!store.put_tool_settings(&acme, "calc", &tool).await.unwrap());
    let taken = ToolSettings {
        tool: "sum".into(),
        ..tool.clone()
    };
    let refused = store.put_tool_settings(&acme, "calc", &taken).await;
    assert_eq!(*refused.unwrap_err().reason(), Reason::Conflict);
    tool.revision = 1;
    assert_eq!(read(store, &acme).await.tools, [tool.clone()]);
    tool.name = None;
    assert!(store.put_tool_settings(&acme, "calc", &tool).await.unwrap());
    assert_eq!(read(store, &acme).await.tools[0].revision, 2);
}

#[tokio::test]
async fn what_is_accepted_is_what_was_looked_at() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let add = || "add".to_owned();
    let first = PinWrite::Accept {
        tool: add(),
        accepted: accepted("one"),
    };
    let write = async |writes: &[PinWrite]| {
        let written = store.write_tool_pins(&acme, "calc", writes, Some(at(1)));
        written.await.unwrap();
        read(store, &acme).await.pins
    };
    let pins = write(&[first]).await;
    assert_eq!(pins[0].accepted, Some(accepted("one")));
    assert_eq!(
        read(store, &acme).await.settings.first_listed_at,
        Some(at(1))
    );
    // Decided by what is accepted no more.
    assert_eq!(write(&[hold(Some("zero"), "two")]).await[0].held, None);
    assert_eq!(
        write(&[hold(Some("one"), "two")]).await[0].held,
        Some(held("two"))
    );
    assert_eq!(store.held_tools(&acme).await.unwrap()["calc"], 1);
    assert!(store.held_tools(&other).await.unwrap().is_empty());

    let accept = async |organization: &OrgId, hash: &str| {
        let done = store.accept_tool(organization, "calc", "add", hash, "ada", at(3));
        done.await.unwrap()
    };
    assert!(!accept(&acme, "three").await, "it changed since");
    assert!(!accept(&other, "two").await, "it is another organization's");
    assert!(
        store
            .reject_tool(&acme, "calc", "add", "two")
            .await
            .unwrap()
    );
    assert!(store.held_tools(&acme).await.unwrap().is_empty());
    assert!(accept(&acme, "two").await, "who rejected may think again");
    let pins = read(store, &acme).await.pins;
    let now = pins[0].accepted.as_ref().unwrap();
    assert_eq!((now.hash.as_str(), now.by.as_deref()), ("two", Some("ada")));
    assert_eq!((&pins[0].held, &pins[0].rejected), (&None, &None));

    write(&[hold(Some("two"), "three")]).await;
    let release = PinWrite::Release {
        tool: add(),
        was: "two".into(),
    };
    assert_eq!(write(&[release]).await[0].held, None);
    // What was accepted is never dropped for not being listed; what never was is.
    assert_eq!(write(&[PinWrite::Drop { tool: add() }]).await.len(), 1);
    store.forget_tool_pins(&acme, "calc").await.unwrap();
    assert_eq!(write(&[hold(None, "x")]).await[0].accepted, None);
    assert!(write(&[PinWrite::Drop { tool: add() }]).await.is_empty());
}

#[tokio::test]
async fn every_change_is_read_once_by_whoever_follows() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (other, _) = tenant(store, "other").await;
    let start = store.server_tools_epoch().await.unwrap();
    let settings = ServerSettings::default();
    for organization in [&acme, &other] {
        let put = store.put_server_settings(organization, "calc", &settings);
        assert!(put.await.unwrap());
    }
    let changed = store.server_tools_since(start).await.unwrap();
    assert_eq!(changed.len(), 2);
    let seen = store.server_tools_epoch().await.unwrap();
    assert!(store.server_tools_since(seen).await.unwrap().is_empty());
    let writes = [hold(None, "x")];
    let written = store.write_tool_pins(&other, "calc", &writes, None);
    written.await.unwrap();
    let changed = store.server_tools_since(seen).await.unwrap();
    assert_eq!((changed.len(), &changed[0].organization), (1, &other));
    assert!(changed[0].epoch > seen && changed[0].pins.len() == 1);
    let seen = store.server_tools_epoch().await.unwrap();
    store.forget_server_tools(&other, "calc").await.unwrap();
    let gone = store.server_tools_since(seen).await.unwrap();
    assert_eq!((gone.len(), gone[0].pins.len()), (1, 0));
}
