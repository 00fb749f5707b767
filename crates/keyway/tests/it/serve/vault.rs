//! `keyway vault` beside a gateway, as processes.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use keyway_core::CredentialId;
use keyway_core::ports::Random as _;
use keyway_store::{CredentialPlace, NewStoredCredential, Purpose, Store};
use keyway_vault::random::SystemRandom;
use keyway_vault::{Context, KeyRing, MasterKey, Vault};
use serde_json::{Value, json};

use crate::support::wait::soon;
use crate::support::{Ran, Served, World};

const SECRET: &[u8] = br#"{"apiKey":"canary-stored-77aa"}"#;

fn keys(world: &World) -> Vec<String> {
    let text = world.read(".keyway/master.key");
    text.lines().map(str::to_owned).collect()
}

fn vault(key: &str) -> Vault {
    let key = MasterKey::parse(key.as_bytes()).unwrap();
    Vault::new(KeyRing::new(key), Arc::new(SystemRandom))
}

/// Stores credentials, sealed with a key, as another process would.
async fn fill(world: &World, key: &str, count: usize) {
    let (vault, clock) = (vault(key), keyway_app::system::SystemClock);
    let store = open(&world.path(".keyway/keyway.db")).await;
    let organization = store.organization("default").await.unwrap().unwrap().id;
    for _ in 0..count {
        let id = CredentialId::generate(&clock, &SystemRandom);
        let place = Context {
            organization: organization.as_str(),
            table: "credentials",
            column: "sealed",
            row: id.as_str(),
        };
        let new = NewStoredCredential {
            key: "acme".to_owned(),
            place: CredentialPlace::Organization,
            name: id.to_string(),
            sealed: vault.seal(&place, SECRET).unwrap(),
            at: jiff::Timestamp::UNIX_EPOCH,
            id: id.clone(),
        };
        store.create_credential(&organization, &new).await.unwrap();
    }
    store.close().await;
}

async fn open(database: &Path) -> Store {
    Store::open(database, Purpose::Command).await.unwrap()
}

fn json_of(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.told()))
}

#[tokio::test]
async fn a_rotation_that_is_killed_goes_on_and_the_gateway_needs_no_restart() {
    let world = World::new();
    let gateway = Served::start(&world, &[]);
    let old = keys(&world).remove(0);
    fill(&world, &old, 700).await;
    for _ in 0..4 {
        let mut command = world.command(&["vault", "rotate"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut some = [0; 1];
        SystemRandom.fill(&mut some);
        tokio::time::sleep(Duration::from_millis(u64::from(some[0]) * 2)).await;
        let _ = child.kill();
        child.wait().unwrap();
    }
    let rotated = world.run(&["vault", "rotate"]);
    assert_eq!(rotated.code, 0, "{}", rotated.told());
    assert!(rotated.err.contains("checked: "), "{}", rotated.told());
    let rotated = world.run(&["vault", "rotate", "--json"]);
    let told = json_of(&rotated);
    assert_eq!((&told["older"], &told["broken"]), (&json!(0), &json!([])));
    let both = keys(&world);
    assert_eq!(
        (both.len(), both[1] == old),
        (2, true),
        "one new key, however often it is begun"
    );

    let verified = world.run(&["vault", "verify", "--json"]);
    assert_eq!(
        (verified.code, &json_of(&verified)["older"]),
        (0, &json!(0))
    );
    assert!(
        json_of(&verified)["current"].as_u64() > Some(700),
        "{}",
        verified.told()
    );
    let refused = world.run(&["vault", "retire"]);
    assert_eq!(
        refused.code,
        2,
        "nobody is there to say yes: {}",
        refused.told()
    );
    assert_eq!(world.run(&["audit", "verify"]).code, 0);
    let retired = world.run(&["vault", "retire", "--yes"]);
    assert_eq!(
        (retired.code, keys(&world)),
        (0, vec![both[0].clone()]),
        "{}",
        retired.told()
    );

    // What the old key signed is still checked, and the gateway goes on.
    let audited = world.run(&["audit", "verify", "--json"]);
    assert_eq!(audited.code, 0, "{}", audited.told());
    let told = world.run(&["audit", "tail", "--json", "--kind", "master_key_changed"]);
    assert!(
        told.out.contains("\"rotated\"") && told.out.contains("\"retired\""),
        "{}",
        told.told()
    );
    assert_eq!(
        world.run(&["audit", "key"]).out.lines().count(),
        2,
        "one of them is retired"
    );
    let health = gateway.ask(Method::GET, "/healthz").send().await;
    assert_eq!(health.status(), 200);
    let log = gateway.log();
    assert!(log.contains("read the master keys again"), "{log}");
    assert!(gateway.stop().await.0.success());

    for text in [&log, &rotated.told(), &verified.told(), &retired.told()] {
        for secret in both.iter().map(String::as_str).chain(["canary"]) {
            assert!(!text.contains(secret), "a secret was told");
        }
    }
    let again = Served::start(&world, &[]);
    assert!(
        again.stop().await.0.success(),
        "the new key is all it needs"
    );
    assert_eq!(world.run(&["vault", "verify"]).code, 0);
}

#[tokio::test]
async fn keys_in_the_environment_are_changed_by_a_restart() {
    let [old, new] = [(); 2].map(|()| {
        let key = MasterKey::generate(&SystemRandom);
        key.to_text().expose().clone()
    });
    let world = World::new().with("KEYWAY_MASTER_KEY", &old);
    let gateway = Served::start(&world, &[]);
    fill(&world, &old, 3).await;
    let refused = world.run(&["vault", "rotate"]);
    assert_eq!(refused.code, 1);
    insta::assert_snapshot!(refused.told(), @"
    exit 1
    error: KEYWAY_MASTER_KEY has one key, and a rotation needs the new one before the old one
      help: make one (openssl rand -base64 32), put it before the old one with a space or a new line between them, restart the gateway, and run this again
    ");
    let both = format!("{new} {old}");
    let world = world.with("KEYWAY_MASTER_KEY", &both);
    let refused = world.run(&["vault", "rotate"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("restart the gateway"),
        "{}",
        refused.told()
    );
    assert_eq!(
        json_of(&world.run(&["vault", "verify", "--json"]))["older"],
        4
    );
    assert!(gateway.stop().await.0.success());

    let gateway = Served::start(&world, &[]);
    let rotated = world.run(&["vault", "rotate"]);
    assert_eq!(rotated.code, 0, "{}", rotated.told());
    let told = world.run(&["vault", "retire", "--yes"]);
    assert!(told.err.contains("take them away there"), "{}", told.told());
    assert!(gateway.stop().await.0.success());
    let world = world.with("KEYWAY_MASTER_KEY", &new);
    assert_eq!(world.run(&["vault", "verify"]).code, 0);
    assert_eq!(world.run(&["audit", "verify"]).code, 0);
    assert!(!world.path(".keyway/master.key").exists());
}

#[tokio::test]
async fn a_gateway_keeps_its_keys_when_what_it_is_given_does_not_belong() {
    let world = World::new();
    let gateway = Served::start(&world, &[]);
    let right = world.read(".keyway/master.key");
    let stranger = MasterKey::generate(&SystemRandom)
        .to_text()
        .expose()
        .clone();
    let store = open(&world.path(".keyway/keyway.db")).await;
    for (times, wrong) in [(1, stranger.as_str()), (2, "hunter2")] {
        std::fs::write(world.path(".keyway/master.key"), wrong).unwrap();
        store.bump_key_epoch().await.unwrap();
        let said = "the changed master keys cannot be used; the old ones stay";
        soon(said, async {
            while gateway.log().matches(said).count() < times {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
        .await;
    }
    let refused = world.run(&["vault", "rotate"]);
    assert_eq!(refused.code, 1, "{}", refused.told());
    std::fs::write(world.path(".keyway/master.key"), right).unwrap();
    let rotated = world.run(&["vault", "rotate"]);
    assert_eq!(rotated.code, 0, "{}", rotated.told());
    let log = gateway.log();
    assert!(
        !log.contains("hunter2") && !log.contains(&stranger),
        "{log}"
    );
    store.close().await;
    assert!(gateway.stop().await.0.success());
}

#[tokio::test]
async fn what_does_not_open_is_named_and_not_touched() {
    let world = World::new();
    assert_eq!(
        world.run(&["vault", "verify"]).code,
        1,
        "there is nothing yet"
    );
    assert!(Served::start(&world, &[]).stop().await.0.success());
    fill(&world, &keys(&world)[0], 3).await;
    let database = world.path(".keyway/keyway.db");
    let cut = "UPDATE credentials SET sealed = substr(sealed, 1, 30) \
               WHERE id = (SELECT max(id) FROM credentials)";
    keyway_testkit::sql::run(&database, cut).await;
    let verified = world.run(&["vault", "verify"]);
    assert_eq!(verified.code, 1);
    for part in [
        "credentials.sealed of cred_",
        "cut short",
        "3 values are under",
        "1 do not open",
    ] {
        assert!(
            verified.told().contains(part),
            "{part}: {}",
            verified.told()
        );
    }
    let rotated = world.run(&["vault", "rotate"]);
    assert_eq!(rotated.code, 1);
    let refused = world.run(&["vault", "retire", "--yes"]);
    assert!(
        refused.err.contains("do not open") && keys(&world).len() == 2,
        "{}",
        refused.told()
    );
    let store = open(&database).await;
    let organization = store.organization("default").await.unwrap().unwrap().id;
    let left = store.credentials_of(&organization, None).await.unwrap();
    assert_eq!(left.len(), 3);
}
