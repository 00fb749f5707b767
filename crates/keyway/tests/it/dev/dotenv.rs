use keyway_testkit::acme::Acme;
use serde_json::json;

use super::world::Dev;
use crate::support::{Served, World};

const KEY: &str = "canary-of-acme";

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_set_from_the_projects_own_variables() {
    let acme = Acme::start(KEY).await;
    let world = World::new();
    let text = include_str!("../../../scaffold/manifest/definitions/app.yaml");
    let text = text
        .replace("__NAME__", "acme")
        .replace("__TITLE__", "Acme");
    let text = text.replace("https://api.acme.example", &acme.url());
    world.write("definitions/acme.yaml", &text);
    world.write(".env", &format!("# ours\nACME_API_KEY=\"{KEY}\"\n"));
    let set = [
        "credentials",
        "set",
        "acme",
        "--set",
        "apiKey=@env:ACME_API_KEY",
        "--scope",
        "org",
    ];
    world.run(&set).ok();
    let who = world.run(&["call", "acme:whoami", "--json"]).ok();
    assert!(who.out.contains("Ada"), "{}", who.told());

    world.write(".env", &format!("ACME_API_KEY \"{KEY}\n"));
    let wrong = world.run(&set);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("DIR/.env:1:1: expected NAME=value"),
        "{}",
        wrong.told()
    );
    assert!(!wrong.told().contains(KEY));
    let wrong = world.run(&["validate"]);
    assert!(wrong.out.contains("DIR/.env:1:1: "), "{}", wrong.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_serves_reads_no_file_of_variables() {
    let world = World::of("mcp: { title: Mine }\n");
    world.write(".env", "KEYWAY_EXPOSE_DEFAULT=mcp\nthis is no line\n");
    let served = Served::start(&world, &["--no-auth"]);
    assert!(served.stop().await.0.success());
    let text = super::world::action("app:one", "https://app.example/1", "One");
    let text = text.replace("    expose: [mcp, http, cli]\n", "");
    world.write("definitions/app.yaml", &format!("actions:\n{text}"));
    world.write(".env", "KEYWAY_EXPOSE_DEFAULT=mcp\n");
    let dev = Dev::start(&world, &["--no-auth"]);
    assert_eq!(dev.serving["tools"], json!(["app-one"]));
    world.write(".env", "# nothing\n");
    assert_eq!(
        dev.next()["changed"],
        json!([{ "name": "app-one", "what": ["exposure"] }])
    );
    assert!(dev.tools().await.is_empty());
}
