use std::sync::Arc;

use keyway_core::Secret;
use keyway_store::{Purpose, Store};
use keyway_vault::random::SystemRandom;
use keyway_vault::{Context, KeyRing, MasterKey, Vault};
use serde_json::{Value, json};

use super::world::{Published, World};

/// The token of before is worth nothing from here on.
async fn expire(world: &World) {
    world
        .sql("UPDATE installations SET token_expires_at = 1")
        .await;
}

/// So many act at once: answers the tokens, or the codes of why not.
async fn at_once(world: &World, of: &Published, many: usize) -> Vec<Result<String, String>> {
    let stored = world.stored(of).await;
    let app = world.app.running.app();
    let acting = (0..many).map(|_| app.acting(&stored, None, None));
    let all = futures_util::future::join_all(acting).await;
    let told = |one: Result<keyway_core::provider::PublicationContext, keyway_core::Error>| {
        one.map(|context| Secret::expose(&context.token).clone())
            .map_err(|error| error.code().to_owned())
    };
    all.into_iter().map(told).collect()
}

#[tokio::test]
async fn a_token_is_got_once_for_fifty_who_act_at_once_and_kept_until_it_is_old() {
    let mut world = World::start().await;
    let published = world.installed("T1").await;
    let all = at_once(&world, &published, 50).await;
    assert_eq!(world.tracker.refreshes(), 1);
    let first = all[0].clone().unwrap();
    assert!(all.iter().all(|one| one.as_ref() == Ok(&first)));
    at_once(&world, &published, 5).await;
    assert_eq!(world.tracker.refreshes(), 1, "it is kept");

    // Refresh tokens are good once: the one that came with it was kept, too.
    for round in 2..4 {
        expire(&world).await;
        let all = at_once(&world, &published, 50).await;
        assert_eq!(world.tracker.refreshes(), round);
        assert!(
            all.iter()
                .all(|one| one.as_ref().is_ok_and(|token| *token != first))
        );
    }
    // One that the vendor took no more is not used again.
    let stored = world.stored(&published).await;
    let last = at_once(&world, &published, 1).await.remove(0).unwrap();
    world
        .app
        .running
        .app()
        .token_refused(&stored, &Secret::new(last))
        .await
        .unwrap();
    at_once(&world, &published, 1).await;
    assert_eq!(world.tracker.refreshes(), 4);
    world.is_clean(&[]).await;
}

#[tokio::test]
async fn a_vendor_that_fails_is_asked_once_for_all_who_wait() {
    let mut world = World::start().await;
    let published = world.installed("T1").await;
    let before = world.tracker.requests();
    world.tracker.fail(1);
    let all = at_once(&world, &published, 20).await;
    assert_eq!(world.tracker.requests(), before + 1);
    assert!(
        all.iter()
            .all(|one| one == &Err("vendor_failed".to_owned())),
        "{all:?}"
    );
    assert_eq!(world.shown(&published).await["state"], "installed");
}

#[tokio::test]
async fn an_installation_that_the_vendor_forgot_has_to_be_installed_again() {
    let mut world = World::start().await;
    let published = world.installed("T1").await;
    world.tracker.forget();
    let all = at_once(&world, &published, 10).await;
    let code = "installation_needs_reauth".to_owned();
    assert!(all.iter().all(|one| *one == Err(code.clone())), "{all:?}");
    assert_eq!(world.tracker.refreshes(), 1);
    assert_eq!(world.shown(&published).await["state"], "needs_reauth");
    let refused = world.acting(&published).await.unwrap_err();
    assert_eq!((refused.code(), world.tracker.refreshes()), (&*code, 1));

    let leave = world.set_out(&published.page).await;
    let done = world.owner.get(&world.tracker.agree(&leave, "T1")).await;
    assert_eq!(done.status(), 200, "{}", done.text());
    world.acting(&published).await.unwrap();
}

/// What an installation keeps sealed beside what its webhooks are signed with: the names of the provider's
/// secrets, and whether there is a token.
async fn kept(world: &World, of: &Published) -> (Vec<String>, bool) {
    let database = world.app.data_dir().join("keyway.db");
    let store = Store::open(&database, Purpose::Command).await.unwrap();
    let organization = world.organization();
    let id = of.installation.parse().unwrap();
    let stored = store.installation(&organization, &id).await;
    let stored = stored.unwrap().unwrap();
    store.close().await;
    let key = std::fs::read(world.app.data_dir().join("master.key")).unwrap();
    let key = MasterKey::parse(key.trim_ascii()).unwrap();
    let vault = Vault::new(KeyRing::new(key), Arc::new(SystemRandom));
    let place = Context {
        organization: organization.as_str(),
        table: "installations",
        column: "secrets",
        row: id.as_str(),
    };
    let opened = vault.open(&place, &stored.secrets.unwrap()).unwrap();
    let secrets: Value = serde_json::from_slice(opened.expose()).unwrap();
    let names = secrets.as_object().unwrap().keys().cloned();
    (names.collect(), stored.token.is_some())
}

#[tokio::test]
async fn what_a_vendor_gave_goes_when_it_takes_the_installation_away() {
    let mut world = World::start().await;
    let published = world.installed("T1").await;
    world.acting(&published).await.unwrap();
    let typed = "clientSecret".to_owned();
    let given = vec![typed.clone(), "refreshToken".to_owned()];
    assert_eq!(kept(&world, &published).await, (given.clone(), true));
    let gone = json!({ "workspace": "T1", "revoked": true });
    let told = world.webhook(&published, &published.secret, &gone).await;
    assert_eq!(told.status(), 200, "{}", told.text());
    assert_eq!(world.shown(&published).await["state"], "revoked");
    assert_eq!(kept(&world, &published).await, (vec![typed], false));
    // What was typed in is there still, and it is installed again.
    let leave = world.set_out(&published.page).await;
    let done = world.owner.get(&world.tracker.agree(&leave, "T1")).await;
    assert_eq!(done.status(), 200, "{}", done.text());
    world.acting(&published).await.unwrap();
    assert_eq!(kept(&world, &published).await, (given, true));
    world.is_clean(&[]).await;
}
