use crate::support::Served;
use crate::webhooks::command_line::{published, timeless};
use crate::webhooks::world::{event, signature};

#[tokio::test(flavor = "multi_thread")]
async fn installations_are_looked_after_at_the_terminal() {
    let (world, made, _model) = published(timeless()).await;
    let id = made["installation"].as_str().unwrap();
    let old = made["secret"].as_str().unwrap();
    let list = world.run(&["installations", "list"]).ok();
    assert!(
        list.out.contains(id) && list.out.contains("installed"),
        "{}",
        list.told()
    );
    let shown = world.run(&["installations", "show", id, "--json"]).ok();
    assert!(!shown.out.contains(old), "{}", shown.told());
    let webhook = shown.json()["addresses"]["webhook"].clone();
    assert_eq!(webhook, made["url"]);
    for nothing in [vec!["authorize", id], vec!["connect", id]] {
        let arguments = [&["installations"], &nothing[..]].concat();
        let refused = world.run(&arguments);
        assert_eq!(refused.code, 1, "{}", refused.told());
        assert!(
            refused.err.contains("not installed this way"),
            "{}",
            refused.told()
        );
    }
    let wrong = world.run(&["installations", "connect", id, "--set", "nothing=x"]);
    assert_eq!(wrong.code, 2, "{}", wrong.told());

    let served = Served::start(&world, &[]);
    let link = world
        .run(&["installations", "setup-link", id, "--json"])
        .ok();
    let url = link.json()["url"].as_str().unwrap().to_owned();
    assert!(
        url.starts_with("http") && url.contains("/install/webhook/setup/kwn_"),
        "{url}"
    );
    let path = url::Url::parse(&url).unwrap().path().to_owned();
    assert_eq!(
        served.ask(http::Method::GET, &path).send().await.status(),
        503,
        "nobody is set up"
    );
    world
        .run(&["installations", "setup-link", id, "--revoke"])
        .ok();
    let none = world.run(&["installations", "setup-link", id, "--revoke"]);
    assert_eq!(none.code, 1, "{}", none.told());

    let rotated = world
        .run(&["installations", "rotate-secret", id, "--json"])
        .ok();
    let new = rotated.json()["secret"].as_str().unwrap().to_owned();
    for (secret, event_id) in [(old, "e1"), (new.as_str(), "e2")] {
        let body = event(event_id, "7", "hello").to_string();
        let path = url::Url::parse(made["url"].as_str().unwrap()).unwrap();
        let ask = served.ask(http::Method::POST, path.path());
        let ask = ask.header("x-sign", &signature(secret, &[body.as_bytes()]));
        assert_eq!(ask.body(body).send().await.status(), 200);
    }
    let removed = world.run(&["installations", "remove", id, "--yes"]);
    assert_eq!(removed.code, 1, "{}", removed.told());
    assert!(
        removed.err.contains("emove the publication instead"),
        "{}",
        removed.told()
    );
    served.stop().await;
}
