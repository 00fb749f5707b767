use keyway_testkit::slack::Misbehaviour;

use super::*;

#[tokio::test]
async fn without_an_app_a_browser_goes_to_where_one_is_made() {
    let mut world = World::start().await;
    world.settings.as_object_mut().unwrap().remove("clientId");
    // Nothing of it is there yet, and nothing is asked for.
    world.secrets = Secrets::default();
    assert!(Slack.install_fields().iter().all(|field| !field.required));
    let url = Url::parse(&world.visit().unwrap()).unwrap();
    assert_eq!(url.path(), "/apps");
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    assert_eq!(query["new_app"], "1");
    let manifest: Value = serde_json::from_str(&query["manifest_json"]).unwrap();
    assert_eq!(
        manifest,
        keyway_integrations::slack::manifest(&world.context())
    );
    assert_eq!(manifest["display_information"]["name"], "Keeper");
    let settings = &manifest["settings"];
    let webhook = &world.addresses.webhook;
    assert_eq!(settings["event_subscriptions"]["request_url"], **webhook);
    assert_eq!(settings["interactivity"]["is_enabled"], true);
    assert_eq!(
        settings["interactivity"]["request_url"],
        format!("{webhook}/interactive")
    );
    assert_eq!(settings["token_rotation_enabled"], true);
    let oauth = &manifest["oauth_config"];
    assert_eq!(oauth["redirect_urls"][0], *world.addresses.callback);
    assert_eq!(oauth["scopes"].get("user"), None);
    for event in [
        "app_mention",
        "message.im",
        "assistant_thread_started",
        "tokens_revoked",
        "app_uninstalled",
    ] {
        let events = settings["event_subscriptions"]["bot_events"]
            .as_array()
            .unwrap();
        assert!(events.iter().any(|one| one == event), "{event}");
    }
}

#[tokio::test]
async fn it_is_installed_with_a_token_of_the_bot_alone() {
    let mut world = World::start().await;
    let url = Url::parse(&world.visit().unwrap()).unwrap();
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    assert_eq!(query["client_id"], Vendor::CLIENT_ID);
    assert!(query["scope"].contains("chat:write") && !query.contains_key("user_scope"));
    assert_eq!(query["redirect_uri"], world.addresses.callback);
    // PKCE would turn the app into a public client.
    assert!(!query.contains_key("code_challenge"));
    let progress = world.consent().await.unwrap();
    world.take(progress);
    let workspace = world.workspace.clone().unwrap();
    assert_eq!(
        (workspace.id.as_str(), workspace.name.as_str()),
        ("T0HOME", "Home")
    );
    assert_eq!(workspace.bot_id.as_deref(), Some(Vendor::BOT));
    assert_eq!(workspace.bot_name.as_deref(), Some("keeper"));
    assert_eq!(
        workspace.url.as_deref(),
        Some("https://home.slack.example/")
    );
    assert!(workspace.granted.iter().any(|scope| scope == "chat:write"));
    assert_eq!(world.settings["appId"], Vendor::APP);
    assert_eq!(world.webhook_secret.expose(), Vendor::SIGNING_SECRET);
    let names: Vec<_> = world.secrets.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "botToken",
            "botTokenExpiresAt",
            "clientSecret",
            "refreshToken",
            "signingSecret"
        ]
    );
    let exchange = &world.vendor.calls_of("oauth.v2.access")[0];
    assert!(exchange.authorization.starts_with("Basic "));
    assert!(!exchange.fields.contains_key("client_secret"));
}

#[tokio::test]
async fn tokens_that_last_are_kept_without_an_end() {
    let world = World::start().await;
    world.vendor.rotate_tokens(false);
    let mut world = world;
    let progress = world.consent().await.unwrap();
    world.take(progress);
    assert!(world.secrets.get("refreshToken").is_none());
    let token = Slack.token(&world.context()).await.unwrap();
    assert_eq!((token.expires_at, token.secrets.is_none()), (None, true));
    // One that rotates comes in its place, and the other way round.
    world.vendor.rotate_tokens(true);
    let progress = world.consent().await.unwrap();
    world.take(progress);
    assert!(world.secrets.get("refreshToken").is_some());
    world.vendor.rotate_tokens(false);
    let progress = world.consent().await.unwrap();
    world.take(progress);
    assert!(world.secrets.get("refreshToken").is_none());
    assert!(world.secrets.get("botTokenExpiresAt").is_none());
}

#[tokio::test]
async fn who_says_no_is_told_so_and_can_begin_again() {
    let mut world = World::start().await;
    world.vendor.deny();
    let error = world.consent().await.unwrap_err();
    assert_eq!(error.code(), "install_denied");
    let error = world.back(&BTreeMap::new()).await.unwrap_err();
    assert_eq!(error.code(), "install_incomplete");
    let progress = world.consent().await.unwrap();
    world.take(progress);
}

#[tokio::test]
async fn the_wrong_workspace_on_reinstall_is_refused_and_left_clean() {
    let mut world = World::installed().await;
    let before = world.vendor.good_tokens();
    world.vendor.move_to("T0AWAY", "Away");
    let asked = Url::parse(&world.visit().unwrap()).unwrap();
    assert!(
        asked
            .query_pairs()
            .any(|(name, value)| name == "team" && value == "T0HOME")
    );
    let error = world.consent().await.unwrap_err();
    assert_eq!(error.code(), "wrong_workspace");
    is_safe(&error);
    // The token of the other workspace is given back.
    assert_eq!(world.vendor.good_tokens(), before);
    world.vendor.move_to("T0HOME", "Home");
    let progress = world.consent().await.unwrap();
    world.take(progress);
}

#[tokio::test]
async fn a_scope_that_is_not_granted_is_told_by_its_name() {
    let world = World::start().await;
    world.vendor.withhold("reactions:write");
    let error = world.consent().await.unwrap_err();
    assert_eq!(error.code(), "missing_vendor_scope");
    assert_eq!(error.detail("vendorScope"), Some("reactions:write"));
    assert!(error.message().contains("reactions:write"));
    assert!(world.vendor.good_tokens().is_empty());
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_told_before_and_after() {
    let mut world = World::start().await;
    let whole = world.secrets.clone();
    world.secrets = whole.clone().without("clientSecret");
    let error = world.visit().unwrap_err();
    assert_eq!(error.problems()[0].pointer, "/secrets/clientSecret");
    world.secrets = whole.clone().without("signingSecret");
    let error = world.visit().unwrap_err();
    assert_eq!(error.problems()[0].pointer, "/secrets/signingSecret");
    let wrong = Secret::new("canary".to_owned());
    world.secrets = whole.clone().with("clientSecret", wrong);
    let error = world.consent().await.unwrap_err();
    assert_eq!(error.code(), "install_client_refused");
    is_safe(&error);
    world.secrets = whole;
    let forged = BTreeMap::from([("code".to_owned(), "canary".to_owned())]);
    let error = world.back(&forged).await.unwrap_err();
    assert_eq!(error.code(), "install_code_refused");
    is_safe(&error);
    let url = world.visit().unwrap();
    world.addresses.callback = "https://keyway.example/elsewhere".into();
    let back = Url::parse(&browse(&url).await.unwrap()).unwrap();
    let query = back.query_pairs().into_owned().collect();
    let error = world.back(&query).await.unwrap_err();
    assert_eq!(error.code(), "install_address_refused");
}

#[tokio::test]
async fn a_vendor_that_fails_half_way_leaves_no_token_behind() {
    for (method, misbehaviour) in [
        ("oauth.v2.access", Misbehaviour::Fails),
        ("oauth.v2.access", Misbehaviour::NoJson),
        ("oauth.v2.access", Misbehaviour::Empty),
        ("auth.test", Misbehaviour::Fails),
        ("auth.test", Misbehaviour::Empty),
    ] {
        let mut world = World::start().await;
        world.vendor.misbehave(method, misbehaviour);
        let error = world.consent().await.unwrap_err();
        assert_eq!(error.code(), "vendor_failed");
        is_safe(&error);
        assert!(world.vendor.good_tokens().is_empty());
        let progress = world.consent().await.unwrap();
        world.take(progress);
    }
}

#[tokio::test]
async fn credentials_alone_do_not_install_it() {
    let world = World::start().await;
    let error = Slack.connect(&world.context()).await.unwrap_err();
    assert_eq!(error.code(), "install_not_offered");
}
