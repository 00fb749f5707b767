use http::Method;
use keyway_testkit::linear::Linear;
use keyway_testkit::models::{ModelServer, Script};
use keyway_testkit::sql;
use serde_json::Value;

use super::answers::comment_of;
use super::kills::installed;
use crate::support::{Served, World};

/// The keys under which something of an installation or a delivery is sealed.
const KEYS: &str = "SELECT count(DISTINCT key) FROM (\
     SELECT substr(sealed, 2, 8) AS key FROM installations \
     UNION ALL SELECT substr(sealed_before, 2, 8) FROM installations WHERE sealed_before IS NOT NULL \
     UNION ALL SELECT substr(secrets, 2, 8) FROM installations WHERE secrets IS NOT NULL \
     UNION ALL SELECT substr(token, 2, 8) FROM installations WHERE token IS NOT NULL \
     UNION ALL SELECT substr(received, 2, 8) FROM deliveries)";
/// How many of these columns hold something.
const FILLED: &str = "SELECT (SELECT count(sealed) > 0 FROM installations) \
     + (SELECT count(sealed_before) > 0 FROM installations) \
     + (SELECT count(secrets) > 0 FROM installations) + (SELECT count(token) > 0 FROM installations) \
     + (SELECT count(received) > 0 FROM deliveries)";

/// What came in, the last first, once so many are answered.
async fn answered(world: &World, count: usize) -> Vec<Value> {
    let all = || {
        let listed = world.run(&["deliveries", "list", "--json"]).ok().json();
        listed["deliveries"].as_array().unwrap().clone()
    };
    crate::support::wait::until(&format!("{count} answers"), || async {
        all()
            .iter()
            .filter(|one| one["state"] == "answered")
            .count()
            == count
    })
    .await;
    all()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_installations_and_deliveries_hold_is_sealed_anew_and_works_on() {
    let linear = Linear::start().await;
    let model = ModelServer::start(Script::default()).await;
    let (world, path) = installed(&linear, &model).await;
    let served = Served::start(&world, &[]);
    let issue = linear.add_issue("ENG", "The pipe leaks", "At the second joint");
    let told = async |words: &str| {
        let comment = linear.add_comment(&issue, None, words);
        let signed = comment_of(&linear, "bob@acme.example", &issue, &comment);
        let mut ask = served.ask(Method::POST, &path);
        for (name, value) in &signed.headers {
            ask = ask.header(name, value);
        }
        assert_eq!(ask.body(signed.body).send().await.status(), 200);
    };
    told("before").await;
    let first = answered(&world, 1).await.remove(0);
    let listed = world.run(&["installations", "list", "--json"]).ok().json();
    let installation = listed["installations"][0]["id"].as_str().unwrap();
    let rotate = ["installations", "rotate-secret", installation, "--json"];
    world.run(&rotate).ok();
    let database = world.path(".keyway/keyway.db");
    assert_eq!(sql::number(&database, FILLED).await, 5);

    let rotated = world.run(&["vault", "rotate", "--json"]).ok().json();
    assert_eq!(
        (&rotated["older"], &rotated["broken"]),
        (&0.into(), &Value::Array(Vec::new()))
    );
    assert_eq!(sql::number(&database, KEYS).await, 1);
    world.run(&["vault", "retire", "--yes"]).ok();
    assert_eq!(world.run(&["vault", "verify"]).code, 0);

    // With what the old secret still signs, the key, the token, and the body of before.
    told("after").await;
    answered(&world, 2).await;
    let first = first["id"].as_str().unwrap();
    world.run(&["deliveries", "replay", first]).ok();
    answered(&world, 3).await;
    assert_eq!(sql::number(&database, KEYS).await, 1);
    served.stop().await;
    // And where nothing is remembered.
    let served = Served::start(&world, &[]);
    world.run(&["deliveries", "replay", first]).ok();
    answered(&world, 4).await;
    served.stop().await;
    assert_eq!(linear.replies_on(&issue).len(), 4);
}
