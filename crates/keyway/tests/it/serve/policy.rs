use http::Method;
use serde_json::json;

use crate::support::wait::until;
use crate::support::{Served, World, mcp};

const CLOSED: &str = "forbid (principal, action == Action::\"call\", resource);\n";

async fn count(served: &Served) -> usize {
    let ask = served.ask(Method::POST, "/mcp");
    let answer = mcp::dress(ask, "tools/list", json!({})).send().await.json();
    answer["result"]["tools"].as_array().unwrap().len()
}

#[tokio::test]
async fn policies_are_read_again_and_broken_ones_change_nothing() {
    let world = World::of("policy: { file: policies }\nexpose: { default: [mcp] }\n");
    world.write(
        "policies/a.cedar",
        "@id(\"a\") permit (principal, action, resource);\n",
    );
    let served = Served::start(&world, &["--no-auth"]);
    assert_eq!(count(&served).await, 1);
    world.write("policies/b.cedar", CLOSED);
    until("nothing is listed", || async { count(&served).await == 0 }).await;
    world.write("policies/b.cedar", "forbid (principal, action, resource\n");
    served
        .said("the policies cannot be used; the old ones stay in force")
        .await;
    assert!(served.log().contains("b.cedar:"), "{}", served.log());
    assert_eq!(count(&served).await, 0);
    std::fs::remove_file(world.path("policies/b.cedar")).unwrap();
    until("it is listed again", || async { count(&served).await == 1 }).await;
    served.stop().await;
    let kinds = |kind: &str| {
        let told = world
            .run(&["audit", "tail", "--kind", kind, "--json"])
            .ok()
            .out;
        told.matches("\"policy_file\"").count()
    };
    assert_eq!((kinds("policy_changed"), kinds("policy_refused")), (2, 1));
}

#[test]
fn policies_with_faults_stop_the_start() {
    let world = World::of("policy: { file: policy.cedar }\n");
    world.write("policy.cedar", "permit (principal, actoin, resource);\n");
    let ran = world.run(&["serve", "--bind", "127.0.0.1:0"]);
    assert_ne!(ran.code, 0);
    assert!(
        ran.err.contains("policy.cedar:1:") && ran.err.contains("keyway policy check"),
        "{}",
        ran.err
    );
    assert!(!world.path(".keyway/keyway.db").exists());
}
