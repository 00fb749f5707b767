#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_core::OrgId;
use keyway_core::provider::Claim;
use keyway_store::{
    Door, InstallAttempt, InstallationState, InstallationWrite, Installed, SealedWrite, SetupLink,
    Store, StoredInstallation, StoredPublication, Written,
};

use crate::support::{at, fresh, published, tenant};

async fn installation(store: &Store, of: &StoredPublication) -> StoredInstallation {
    let found = store.installation(&of.organization, &of.installation);
    found.await.unwrap().unwrap()
}

/// Installed in a workspace, with an app.
fn installed(app: &str, workspace: &str, link: Option<&str>) -> InstallationWrite {
    let mut write = InstallationWrite::new(at(5), "ada");
    write.state = Some(InstallationState::Installed);
    write.secrets = SealedWrite::Put(b"secrets, sealed".to_vec());
    write.installed = Some(Installed {
        app: app.to_owned(),
        workspace_id: workspace.to_owned(),
        workspace: "{}".to_owned(),
        setup_link: link.map(str::to_owned),
    });
    write
}

#[tokio::test]
async fn a_workspace_with_an_app_is_one_installation_s_whoever_asks() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (globex, _) = tenant(store, "globex").await;
    let mine = published(store, &acme).await;
    let mine = installation(store, &mine).await;
    let write = installed("app", "T1", None);
    assert_eq!(
        store.write_installation(&mine, &write).await.unwrap(),
        Written::Done
    );
    let late = store.write_installation(&mine, &write).await.unwrap();
    assert_eq!(late, Written::Stale, "by what was read before");

    let theirs = published(store, &globex).await;
    let theirs = installation(store, &theirs).await;
    let second = published(store, &acme).await;
    let second = installation(store, &second).await;
    for other in [&theirs, &second] {
        let taken = store.write_installation(other, &write).await.unwrap();
        assert_eq!(taken, Written::Taken);
        assert_eq!(installation(store, &other.publication).await, *other);
    }
    // Without an app it is the organization's, as often as it likes, and nobody else's.
    let bare = installed("", "T2", None);
    assert_eq!(
        store.write_installation(&second, &bare).await.unwrap(),
        Written::Done
    );
    let third = published(store, &acme).await;
    let third = installation(store, &third).await;
    assert_eq!(
        store.write_installation(&third, &bare).await.unwrap(),
        Written::Done
    );
    assert_eq!(
        store.write_installation(&theirs, &bare).await.unwrap(),
        Written::Taken
    );
    // Another app is another one; and what was uninstalled is free.
    let other = installed("other", "T1", None);
    assert_eq!(
        store.write_installation(&theirs, &other).await.unwrap(),
        Written::Done
    );
    let id = &mine.publication.installation;
    assert!(!store.uninstall(&globex, id, at(6), "eve").await.unwrap());
    assert!(store.uninstall(&acme, id, at(6), "ada").await.unwrap());
    let gone = installation(store, &mine.publication).await;
    assert_eq!((gone.secrets, gone.workspace_id), (None, None));
    assert_eq!(gone.publication.state, InstallationState::Revoked);
    assert_eq!(gone.publication.paused_at, Some(at(6)));
    let theirs = installation(store, &theirs.publication).await;
    assert_eq!(
        store.write_installation(&theirs, &write).await.unwrap(),
        Written::Done
    );
}

#[tokio::test]
async fn installations_attempts_and_links_are_their_organization_s() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (globex, _) = tenant(store, "globex").await;
    let mine = published(store, &acme).await;
    let id = &mine.installation;
    assert_eq!(store.installation(&globex, id).await.unwrap(), None);
    let all = keyway_store::PublicationFilter::default();
    assert!(
        store
            .installations(&globex, all, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(store.installations(&acme, all, 9).await.unwrap().len(), 1);
    let (from, to) = ([InstallationState::Installed], InstallationState::Suspended);
    let moved = store.move_installation(&globex, id, &from, to, at(2), "eve");
    assert!(!moved.await.unwrap());
    assert!(
        store
            .move_installation(&acme, id, &from, to, at(2), "ada")
            .await
            .unwrap()
    );
    assert!(
        !store
            .move_installation(&acme, id, &from, to, at(3), "ada")
            .await
            .unwrap()
    );

    let link = |id: &str, created: i64| SetupLink {
        id: id.to_owned(),
        organization: acme.clone(),
        installation: mine.installation.clone(),
        created_at: at(created),
        created_by: "ada".to_owned(),
        expires_at: at(100),
    };
    store.create_setup_link(&link("one", 3)).await.unwrap();
    store.create_setup_link(&link("two", 4)).await.unwrap();
    assert_eq!(
        store.setup_link("one", at(5)).await.unwrap(),
        None,
        "replaced"
    );
    assert!(store.setup_link("two", at(5)).await.unwrap().is_some());
    assert_eq!(
        store.setup_link("two", at(100)).await.unwrap(),
        None,
        "expired"
    );
    assert_eq!(store.setup_link_of(&globex, id, at(5)).await.unwrap(), None);
    assert!(!store.revoke_setup_link(&globex, id, at(5)).await.unwrap());
    // Used up by one install, and by no other.
    let stored = installation(store, &mine).await;
    let used = installed("app", "T1", Some("two"));
    assert_eq!(
        store.write_installation(&stored, &used).await.unwrap(),
        Written::Done
    );
    let stored = installation(store, &mine).await;
    assert_eq!(
        store.write_installation(&stored, &used).await.unwrap(),
        Written::LinkGone
    );
    assert!(!store.revoke_setup_link(&acme, id, at(6)).await.unwrap());
}

fn attempt(organization: &OrgId, of: &StoredPublication) -> InstallAttempt {
    InstallAttempt {
        id: "state".to_owned(),
        organization: organization.clone(),
        installation: of.installation.clone(),
        browser: "cookie".to_owned(),
        setup_link: None,
        sealed: Some(b"verifier, sealed".to_vec()),
        expires_at: at(10),
    }
}

#[tokio::test]
async fn an_attempt_is_used_once_and_in_time() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let mine = published(store, &acme).await;
    let new = attempt(&acme, &mine);
    store.begin_install(&new, at(1)).await.unwrap();
    assert_eq!(store.install_attempt("other").await.unwrap(), None);
    let found = store.install_attempt("state").await.unwrap().unwrap();
    assert_eq!(found, new);
    assert!(
        !store.use_install_attempt(&found, at(10)).await.unwrap(),
        "late"
    );
    assert!(store.use_install_attempt(&found, at(9)).await.unwrap());
    assert!(
        !store.use_install_attempt(&found, at(9)).await.unwrap(),
        "twice"
    );
    let used = store.install_attempt("state").await.unwrap().unwrap();
    assert_eq!(used.sealed, None);
}

#[tokio::test]
async fn a_token_is_kept_for_the_install_it_was_got_with() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let mine = published(store, &acme).await;
    let before = installation(store, &mine).await;
    let write = installed("app", "T1", None);
    assert_eq!(
        store.write_installation(&before, &write).await.unwrap(),
        Written::Done
    );
    let stored = installation(store, &mine).await;
    let late = store.keep_installation_token(&before, b"token", None, None);
    assert!(!late.await.unwrap(), "it was installed since");
    let kept = store.keep_installation_token(&stored, b"token", Some(at(9)), None);
    assert!(kept.await.unwrap());
    let with = installation(store, &mine).await;
    assert_eq!(
        (with.token.as_deref(), with.token_expires_at),
        (Some(&b"token"[..]), Some(at(9)))
    );
    assert_eq!(with.revision, stored.revision);
    let kept = store.keep_installation_token(&with, b"next", None, Some(b"rotated"));
    assert!(kept.await.unwrap());
    let with = installation(store, &mine).await;
    assert_eq!(with.secrets.as_deref(), Some(&b"rotated"[..]));
    assert_eq!(
        (with.revision, with.token_expires_at),
        (stored.revision + 1, None)
    );
    store
        .forget_installation_token(&acme, &mine.installation, None)
        .await
        .unwrap();
    assert_eq!(installation(store, &mine).await.token, None);
}

#[tokio::test]
async fn doors_are_those_a_claim_names_and_no_others() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (globex, _) = tenant(store, "globex").await;
    let mut all = Vec::new();
    for (organization, app, workspace) in [
        (&acme, "app", "T1"),
        (&globex, "other", "T1"),
        (&acme, "app", "T2"),
    ] {
        let one = published(store, organization).await;
        let stored = installation(store, &one).await;
        let write = installed(app, workspace, None);
        let written = store.write_installation(&stored, &write).await.unwrap();
        assert_eq!(written, Written::Done);
        all.push(one);
    }
    let pending = published(store, &acme).await;
    let doors = async |provider, claim: &Claim, limit| {
        let found = store.doors(provider, claim, limit).await.unwrap();
        let id = |door: Door| door.publication.id;
        found.into_iter().map(id).collect::<Vec<_>>()
    };
    let there = Claim::of("T1");
    let both = [all[1].id.clone(), all[0].id.clone()];
    assert_eq!(doors("webhook", &there, 9).await, both);
    assert_eq!(doors("webhook", &there, 1).await, both[..1]);
    let of = there.clone().app("app");
    assert_eq!(doors("webhook", &of, 9).await, both[1..]);
    let either = Claim {
        workspaces: vec!["T9".into(), "T2".into()],
        ..Claim::anybody()
    };
    assert_eq!(doors("webhook", &either, 9).await, [all[2].id.clone()]);
    assert_eq!(doors("github", &there, 9).await, []);
    assert_eq!(doors("webhook", &Claim::of("T9"), 9).await, []);
    assert_eq!(doors("webhook", &Claim::anybody(), 9).await.len(), 4);

    // What was taken away is behind what is there, and what was removed is nobody's.
    let (from, to) = ([InstallationState::Installed], InstallationState::Revoked);
    let id = &all[1].installation;
    let moved = store.move_installation(&globex, id, &from, to, at(6), "eve");
    assert!(moved.await.unwrap());
    let behind = [all[0].id.clone(), all[1].id.clone()];
    assert_eq!(doors("webhook", &there, 9).await, behind);
    for (organization, one) in [(&acme, &all[0]), (&acme, &pending)] {
        let removed = store.remove_publication(organization, &one.id, at(7), "ada");
        assert!(removed.await.unwrap());
    }
    assert_eq!(doors("webhook", &there, 9).await, [all[1].id.clone()]);
    assert_eq!(doors("webhook", &Claim::anybody(), 9).await.len(), 2);
}

#[tokio::test]
async fn attack_one_organization_s_many_installations_leave_room_for_another_one_s() {
    let fresh = fresh().await;
    let store = &fresh.store;
    let (acme, _) = tenant(store, "acme").await;
    let (eve, _) = tenant(store, "globex").await;
    let mine = published(store, &acme).await;
    let stored = installation(store, &mine).await;
    let write = installed("app", "T1", None);
    let written = store.write_installation(&stored, &write).await.unwrap();
    assert_eq!(written, Written::Done);
    for number in 0..6 {
        let one = published(store, &eve).await;
        let stored = installation(store, &one).await;
        let write = installed(&format!("eve-{number}"), "T1", None);
        let written = store.write_installation(&stored, &write).await.unwrap();
        assert_eq!(written, Written::Done);
    }
    for claim in [Claim::of("T1"), Claim::anybody()] {
        let found = store.doors("webhook", &claim, 4).await.unwrap();
        assert_eq!(found.len(), 4);
        let there = found.iter().any(|door| door.publication.id == mine.id);
        assert!(there, "{claim:?}");
    }
}
