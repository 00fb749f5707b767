use http::Method;
use serde_json::Value;

use crate::support::engine::database;
use crate::support::wait::until;
use crate::support::{Served, World};

const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Two machines that share a server.
fn two(url: &str) -> [World; 2] {
    [(); 2].map(|()| {
        World::new()
            .with("KEYWAY_DATABASE_URL", url)
            .with("KEYWAY_MASTER_KEY", MASTER_KEY)
    })
}

fn key_in(out: &str) -> Option<&str> {
    out.lines()
        .map(str::trim)
        .find(|line| line.starts_with("kw_"))
}

async fn status(served: &Served, key: &str) -> u16 {
    let ask = served.ask(Method::GET, "/v1/actions").bearer(key);
    ask.send().await.status()
}

#[tokio::test]
async fn two_gateways_share_a_server() {
    let database = database();
    let [here, there] = two(&database.url());
    let first = Served::start(&here, &[]);
    let (_, out) = first.stop().await;
    let key = key_in(&out)
        .expect("the first start shows its key")
        .to_owned();
    let one = Served::start(&here, &[]);
    let other = Served::start(&there, &[]);
    for served in [&one, &other] {
        assert_eq!(status(served, &key).await, 200);
    }

    let made = there.run(&["api-keys", "create", "laptop", "--json"]);
    let made: Value = serde_json::from_str(&made.out).unwrap();
    let (id, laptop) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    for served in [&one, &other] {
        assert_eq!(status(served, laptop).await, 200);
    }
    let revoked = here.run(&["api-keys", "revoke", id]);
    assert_eq!(revoked.code, 0, "{}", revoked.told());
    for served in [&one, &other] {
        until("the key to end", async || {
            status(served, laptop).await == 401
        })
        .await;
    }
    for served in [one, other] {
        let (ended, out) = served.stop().await;
        assert!(ended.success());
        assert_eq!(key_in(&out), None, "the key was shown once");
    }
    let verified = here.run(&["audit", "verify"]);
    assert_eq!(verified.code, 0, "{}", verified.told());
}

#[tokio::test]
async fn another_master_key_than_the_others_have_is_refused() {
    let database = database();
    let [here, there] = two(&database.url());
    Served::start(&here, &[]).stop().await;
    let there = there.with(
        "KEYWAY_MASTER_KEY",
        "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
    );
    let refused = there.run(&["serve", "--bind", "127.0.0.1:0"]);
    assert_eq!(refused.code, 1, "{}", refused.told());
    assert!(refused.err.contains("master key"), "{}", refused.err);
}

#[tokio::test]
async fn the_tables_are_made_by_a_command_and_looked_at_by_another() {
    let database = keyway_testkit::postgres::fresh().await;
    let [world, _] = two(&database.url());
    let check = world.run(&["migrate", "--check"]);
    assert_eq!(check.code, 1, "{}", check.told());
    assert!(check.out.contains("are to be made"), "{}", check.out);
    let made = world.run(&["migrate"]);
    assert_eq!(made.code, 0, "{}", made.told());
    let check = world.run(&["migrate", "--check"]);
    assert_eq!(check.told(), "exit 0\nthe tables are up to date\n");
    let doctor = world.run(&["doctor", "--offline"]);
    assert!(doctor.out.contains("a PostgreSQL server"), "{}", doctor.out);

    let file = World::new();
    assert_eq!(file.run(&["migrate", "--check"]).code, 1);
    assert!(!file.path(".keyway/keyway.db").exists());
    assert_eq!(file.run(&["migrate"]).code, 0);
    assert_eq!(file.run(&["migrate", "--check"]).code, 0);
}

#[tokio::test]
async fn attack_the_password_of_the_server_is_shown_nowhere() {
    let database = database();
    let [world, _] = two(&database.url());
    let password = database.url();
    let password = password.split([':', '@']).nth(2).unwrap().to_owned();
    let world = world.with("KEYWAY_LOG_FILTER", "trace");
    let served = Served::start(&world, &[]);
    let log = served.log();
    served.stop().await;
    assert!(!log.contains(&password), "{log}");
    for arguments in [
        &["config", "show"][..],
        &["config", "show", "--json"],
        &["doctor", "--offline", "--json"],
    ] {
        let ran = world.run(arguments);
        assert!(!ran.told().contains(&password), "{}", ran.told());
    }
    let wrong = database.url().replace("/test_", "/there_is_no_test_");
    let world = world.with("KEYWAY_DATABASE_URL", &wrong);
    for arguments in [
        &["serve", "--bind", "127.0.0.1:0"][..],
        &["migrate"],
        &["users", "list"],
    ] {
        let ran = world.run(arguments);
        assert_ne!(ran.code, 0);
        assert!(!ran.told().contains(&password), "{}", ran.told());
    }
    let world = world.with("KEYWAY_DATABASE_URL", "mysql://root:swordfish@localhost/x");
    let ran = world.run(&["config", "check"]);
    assert_ne!(ran.code, 0, "{}", ran.told());
    assert!(!ran.told().contains("swordfish"), "{}", ran.told());
}
