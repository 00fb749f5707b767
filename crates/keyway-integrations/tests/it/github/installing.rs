use keyway_core::Secret;
use keyway_core::provider::{Step, Visit};
use keyway_testkit::github::{AppKey, Misbehaviour, visit};
use serde_json::{Value, json};

use super::world::World;

/// Goes through the browser up to where the app is made.
async fn made() -> World {
    let mut world = World::new().await;
    world.settings["organization"] = "acme".into();
    let location = visit(&world.authorize().unwrap()).await.unwrap();
    let progress = world.come_back_to(&location).await.unwrap();
    assert_eq!(progress.step, Step::Visit);
    world.take(progress);
    world
}

#[tokio::test]
async fn an_app_is_made_of_a_manifest_and_installed() {
    let mut world = World::new().await;
    let visited = world.authorize().unwrap();
    let Visit::Post { url, .. } = &visited else {
        unreachable!("{visited:?}")
    };
    assert_eq!(
        *url,
        format!("{}/settings/apps/new?state=st%2F1%2Bx", world.vendor.web())
    );
    world.settings["organization"] = "acme".into();
    let visited = world.authorize().unwrap();
    let Visit::Post { url, .. } = &visited else {
        unreachable!("{visited:?}")
    };
    assert!(
        url.contains("/organizations/acme/settings/apps/new?state="),
        "{url}"
    );

    let location = visit(&visited).await.unwrap();
    let progress = world.come_back_to(&location).await.unwrap();
    assert_eq!(progress.step, Step::Visit);
    world.take(progress);
    let slug = world.settings["appSlug"].as_str().unwrap().to_owned();
    let manifest = world.vendor.manifest(&slug).unwrap();
    assert_eq!(
        manifest["hook_attributes"]["url"],
        "https://keyway.example/webhook/github/pub_1"
    );
    assert_eq!(
        (&manifest["public"], &manifest["setup_on_update"]),
        (&json!(false), &json!(false))
    );
    assert!(manifest["name"].as_str().unwrap().chars().count() <= 34);
    let app = world.settings["appId"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        Some(world.webhook_secret.expose().clone()),
        world.vendor.webhook_secret(app)
    );
    assert!(!world.settings.to_string().contains("PRIVATE KEY"));

    let visited = world.authorize().unwrap();
    let expected = format!(
        "{}/apps/{slug}/installations/new?state=st%2F1%2Bx",
        world.vendor.web()
    );
    assert_eq!(visited, Visit::Redirect(expected));
    let location = visit(&visited).await.unwrap();
    let progress = world.come_back_to(&location).await.unwrap();
    let Step::Installed(workspace) = progress.step else {
        unreachable!("{progress:?}")
    };
    assert_eq!(workspace.id, world.vendor.installations()[0].to_string());
    assert_eq!(
        (workspace.name.as_str(), workspace.bot_name.as_deref()),
        ("acme", Some(slug.as_str()))
    );
    assert!(workspace.granted.contains(&"issues:write".to_owned()));
}

#[tokio::test]
async fn a_code_is_good_once_and_what_is_missing_is_told() {
    let world = World::new().await;
    let location = visit(&world.authorize().unwrap()).await.unwrap();
    world.come_back_to(&location).await.unwrap();
    let again = world.come_back_to(&location).await.unwrap_err();
    assert_eq!(again.code(), "install_expired");
    for query in [
        &[][..],
        &[("code", "")],
        &[("code", "../app")],
        &[("installation_id", "1")],
    ] {
        let error = world.come_back(query).await.unwrap_err();
        assert_eq!(error.code(), "install_incomplete", "{query:?}");
    }
    let denied = world
        .come_back(&[("error", "access_denied")])
        .await
        .unwrap_err();
    assert_eq!(denied.code(), "install_denied");
    world
        .vendor
        .misbehave("conversions", Misbehaviour::status(502));
    let failed = world.come_back(&[("code", "x")]).await.unwrap_err();
    assert_eq!(failed.code(), "vendor_failed");
}

#[tokio::test]
async fn an_installation_is_the_apps_own_or_none() {
    let world = made().await;
    let (other, _) = world.vendor.app("other", "eve");
    let others = world.vendor.install(other, "eve").to_string();
    for id in [others.as_str(), "999999"] {
        let error = world
            .come_back(&[("installation_id", id), ("setup_action", "install")])
            .await;
        assert_eq!(error.unwrap_err().code(), "installation_unknown", "{id}");
    }
    for id in ["", "x", "1/access_tokens", "-1"] {
        let error = world
            .come_back(&[("installation_id", id)])
            .await
            .unwrap_err();
        assert_eq!(error.code(), "install_incomplete", "{id}");
    }
}

#[tokio::test]
async fn an_owner_who_has_to_agree_is_waited_for() {
    let mut world = made().await;
    world.vendor.ask_owner(true);
    let location = visit(&world.authorize().unwrap()).await.unwrap();
    assert!(!location.contains("installation_id"));
    let progress = world.come_back_to(&location).await.unwrap();
    assert_eq!(progress.step, Step::Waiting);
    world.take(progress);
    assert_eq!(world.settings["requested"], true);
}

#[tokio::test]
async fn another_account_than_the_one_it_is_for_is_refused() {
    let mut world = made().await;
    let app = world.settings["appId"].as_str().unwrap().parse().unwrap();
    let elsewhere = world.vendor.install(app, "umbrella").to_string();
    let query = [
        ("installation_id", elsewhere.as_str()),
        ("setup_action", "install"),
    ];
    assert_eq!(
        world.come_back(&query).await.unwrap_err().code(),
        "wrong_workspace"
    );
    // As it is where it was installed once, and whoever reinstalls chooses another one.
    world.settings["organization"] = Value::Null;
    let here = world.vendor.install(app, "acme").to_string();
    let progress = world
        .come_back(&[("installation_id", &here)])
        .await
        .unwrap();
    world.take(progress);
    assert_eq!(
        world.come_back(&query).await.unwrap_err().code(),
        "wrong_workspace"
    );
    let again = world
        .come_back(&[("installation_id", &here), ("setup_action", "update")])
        .await;
    assert!(matches!(again.unwrap().step, Step::Installed(_)));
    for permission in ["issues", "pull_requests"] {
        world
            .vendor
            .take_permission(here.parse().unwrap(), permission);
    }
    let mute = world.come_back(&[("installation_id", &here)]).await;
    assert_eq!(mute.unwrap_err().code(), "missing_vendor_scope");
    let here = world.vendor.install(app, "acme").to_string();
    world.vendor.suspend(here.parse().unwrap());
    let suspended = world
        .come_back(&[("installation_id", &here)])
        .await
        .unwrap_err();
    assert_eq!(suspended.code(), "installation_suspended");
}

#[tokio::test]
async fn an_app_that_somebody_made_is_taken_by_its_id_and_its_key() {
    for pkcs8 in [false, true] {
        let mut world = World::new().await;
        let (app, key) = world.vendor.app("keyway", "acme");
        world.settings["appId"] = app.to_string().into();
        let pem = if pkcs8 { key.pkcs8() } else { key.pkcs1() };
        assert!(matches!(world.authorize().unwrap(), Visit::Post { .. }));
        // As an environment variable holds it.
        let pem = if pkcs8 { pem.replace('\n', "\\n") } else { pem };
        let secrets = world.secrets.clone().with("privateKey", Secret::new(pem));
        world.secrets = secrets.with("webhookSecret", Secret::new("brought by hand".to_owned()));
        // Whose page it would be is not known before.
        let unknown = world.authorize().unwrap_err();
        assert_eq!(unknown.problems()[0].pointer, "/settings/appSlug");
        let progress = world.connect().await.unwrap();
        // It is not installed yet.
        assert_eq!(progress.step, Step::Visit);
        world.take(progress);
        assert_eq!(world.webhook_secret.expose(), "brought by hand");
        assert!(world.secrets.get("webhookSecret").is_none());
        assert!(
            matches!(world.authorize().unwrap(), Visit::Redirect(url) if url.contains("/apps/keyway/"))
        );
        let first = world.vendor.install(app, "acme");
        assert!(matches!(
            world.connect().await.unwrap().step,
            Step::Installed(_)
        ));
        world.vendor.install(app, "umbrella");
        let several = world.connect().await.unwrap_err();
        assert_eq!(several.problems()[0].pointer, "/settings/installationId");
        world.settings["installationId"] = first.to_string().into();
        let Step::Installed(workspace) = world.connect().await.unwrap().step else {
            unreachable!()
        };
        assert_eq!(
            (workspace.id, workspace.name),
            (first.to_string(), "acme".to_owned())
        );
    }
}

#[tokio::test]
async fn a_key_that_is_none_or_another_apps_is_refused_and_not_repeated() {
    let mut world = World::new().await;
    let (app, key) = world.vendor.app("keyway", "acme");
    let missing = world.connect().await.unwrap_err();
    let places: Vec<_> = missing
        .problems()
        .iter()
        .map(|one| one.pointer.as_str())
        .collect();
    assert_eq!(places, ["/settings/appId", "/secrets/privateKey"]);
    world.settings["appId"] = app.to_string().into();
    let der = key.pkcs1();
    let garbled = der.replace("MII", "AAA");
    let wrong_label = der.replace("RSA PRIVATE KEY", "EC PRIVATE KEY");
    for bad in ["", "s3cret", &garbled, &wrong_label, &der[..der.len() / 2]] {
        world.secrets = world
            .secrets
            .clone()
            .with("privateKey", Secret::new(bad.to_owned()));
        let error = world.connect().await.unwrap_err();
        assert_eq!(error.problems()[0].pointer, "/secrets/privateKey");
        assert!(!format!("{error:?}").contains("s3cret"));
    }
    let stranger = AppKey::generate().pkcs1();
    world.secrets = world
        .secrets
        .clone()
        .with("privateKey", Secret::new(stranger));
    assert_eq!(world.connect().await.unwrap_err().code(), "app_key_refused");
    world.settings["apiUrl"] = "http://s3cret.example".into();
    let insecure = world.connect().await.unwrap_err();
    assert_eq!(insecure.problems()[0].pointer, "/settings/apiUrl");
    assert!(!format!("{insecure:?}").contains("s3cret"));
}
