use std::collections::BTreeMap;

use keyway_core::provider::{IntegrationProvider as _, Step, Workspace};
use keyway_integrations::Linear;
use keyway_testkit::linear::{Linear as Vendor, Misbehaviour};
use url::Url;

use super::setup::{Kept, code, secret};

#[tokio::test]
async fn an_app_is_installed_where_somebody_consents() {
    let mut kept = Kept::app().await;
    let url = Url::parse(&kept.visit().unwrap()).unwrap();
    let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(url.path(), "/oauth/authorize");
    for (name, value) in [
        ("client_id", Vendor::CLIENT_ID),
        (
            "redirect_uri",
            "https://keyway.example/install/linear/callback",
        ),
        ("response_type", "code"),
        ("scope", "read,write,app:assignable,app:mentionable"),
        ("state", "state-1"),
        ("code_challenge_method", "S256"),
        ("actor", "app"),
    ] {
        assert_eq!(query[name], value, "{name}");
    }
    assert!(!url.as_str().contains(Vendor::CLIENT_SECRET));
    let progress = kept.consent().await.unwrap();
    kept.take(progress);
    let workspace = kept.workspace.clone().unwrap();
    assert_eq!(
        (workspace.id.as_str(), workspace.name.as_str()),
        (kept.vendor.organization().as_str(), "Acme")
    );
    assert_eq!(workspace.bot_id, Some(kept.vendor.app_user()));
    assert_eq!(workspace.bot_name.as_deref(), Some("keyway"));
    assert_eq!(workspace.url, Some(format!("{}/acme", kept.vendor.url())));
    assert_eq!(
        workspace.granted,
        ["app:assignable", "app:mentionable", "read", "write"]
    );
    assert_eq!(kept.webhook_secret.expose(), Vendor::WEBHOOK_SECRET);
    assert!(kept.settings["oauthClientId"].is_string());
    let names: Vec<_> = kept.secrets.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "accessToken",
            "clientSecret",
            "expiresAt",
            "refreshToken",
            "webhookSecret"
        ]
    );
}

#[tokio::test]
async fn what_is_missing_is_told_before_anybody_is_sent_anywhere() {
    let mut kept = Kept::app().await;
    let without = |name: &str, kept: &Kept| kept.secrets.clone().without(name);
    for name in ["clientSecret", "webhookSecret"] {
        let before = kept.secrets.clone();
        kept.secrets = without(name, &kept);
        let error = kept.visit().unwrap_err();
        assert_eq!(error.problems()[0].pointer, format!("/secrets/{name}"));
        kept.secrets = before;
    }
    let before = kept.secrets.clone();
    for bad in ["short", "lin_wh_canary with a space", "lin_wh_canary\n"] {
        kept.secrets = before.clone().with("webhookSecret", secret(bad));
        let error = kept.visit().unwrap_err();
        assert_eq!(error.problems()[0].pointer, "/secrets/webhookSecret");
    }
    kept.secrets = before;
    kept.settings.as_object_mut().unwrap().remove("clientId");
    assert_eq!(
        kept.visit().unwrap_err().problems()[0].pointer,
        "/settings/clientId"
    );
    assert!(kept.vendor.received().is_empty());
}

#[tokio::test]
async fn an_install_that_somebody_refuses_or_breaks_leaves_nothing() {
    let kept = Kept::app().await;
    let query = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    assert_eq!(code(kept.returned(&query(&[])).await), "install_incomplete");
    assert_eq!(
        code(kept.returned(&query(&[("error", "canary")])).await),
        "install_refused"
    );
    assert_eq!(
        code(kept.returned(&query(&[("code", "code_canary")])).await),
        "install_refused"
    );
    kept.vendor.deny_consent();
    assert_eq!(code(kept.consent().await), "install_denied");
    assert!(kept.vendor.tokens().is_empty());
}

#[tokio::test]
async fn a_code_is_good_once_and_for_its_own_verifier() {
    let kept = Kept::app().await;
    let brought = kept.brought().await;
    kept.returned(&brought).await.unwrap();
    assert_eq!(code(kept.returned(&brought).await), "install_refused");
    let mut elsewhere = Kept::app().await;
    let brought = elsewhere.brought().await;
    elsewhere.addresses.callback = "https://evil.example/callback".into();
    assert_eq!(code(elsewhere.returned(&brought).await), "install_refused");
}

#[tokio::test]
async fn a_client_that_linear_does_not_know_is_told_so() {
    let mut kept = Kept::app().await;
    kept.secrets = kept.secrets.clone().with("clientSecret", secret("canary"));
    assert_eq!(code(kept.consent().await), "install_refused");
}

#[tokio::test]
async fn what_cannot_be_used_is_given_back() {
    for broken in ["scopes", "person", "elsewhere", "failure"] {
        let mut kept = Kept::app().await;
        let brought = match broken {
            "scopes" => {
                kept.vendor.grant_only(&["read"]);
                kept.brought().await
            }
            "person" => {
                kept.vendor.ignore_actor();
                kept.brought().await
            }
            "elsewhere" => {
                kept.workspace = Some(Workspace::new("another", "Other"));
                kept.brought().await
            }
            _ => {
                let brought = kept.brought().await;
                // The exchange is slow, and the question who it is fails.
                kept.vendor.misbehave(Misbehaviour::Slow {
                    after: std::time::Duration::ZERO,
                });
                kept.vendor.misbehave(Misbehaviour::Fails);
                brought
            }
        };
        let expected = match broken {
            "scopes" => "missing_vendor_scope",
            "person" => "install_refused",
            "elsewhere" => "wrong_workspace",
            _ => "vendor_failed",
        };
        assert_eq!(code(kept.returned(&brought).await), expected);
        assert!(
            kept.vendor.tokens().is_empty(),
            "{broken}: {:?}",
            kept.vendor.tokens()
        );
        // And it can be tried again.
        if broken == "failure" {
            kept.consent().await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_same_organization_may_be_installed_again() {
    let kept = Kept::installed().await;
    let progress = kept.consent().await.unwrap();
    let Step::Installed(workspace) = progress.step else {
        panic!()
    };
    assert_eq!(Some(workspace), kept.workspace);
}

#[tokio::test]
async fn a_personal_key_is_taken_as_it_is() {
    let mut kept = Kept::key(Vendor::KEY).await;
    let progress = Linear.connect(&kept.context()).await.unwrap();
    kept.take(progress);
    let received = kept.vendor.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].authorization, Vendor::KEY);
    let workspace = kept.workspace.clone().unwrap();
    assert_eq!(
        workspace.bot_id,
        Some(kept.vendor.person("ada@acme.example"))
    );
    assert_eq!(kept.webhook_secret.expose(), Vendor::WEBHOOK_SECRET);
    let token = Linear.token(&kept.context()).await.unwrap();
    assert_eq!(
        (token.value.expose().as_str(), token.expires_at),
        (Vendor::KEY, None)
    );
    // It is its owner's, and stays so.
    Linear.revoke(&kept.context()).await.unwrap();
    assert_eq!(kept.vendor.received().len(), 1);
}

#[tokio::test]
async fn a_key_that_is_none_is_told_at_its_place() {
    for bad in [
        "lin_api_canary_of_nobody",
        "lin_api_canary\n",
        "canary",
        "lin_oauth_canary",
    ] {
        let kept = Kept::key(bad).await;
        let error = Linear.connect(&kept.context()).await.unwrap_err();
        assert_eq!(error.problems()[0].pointer, "/secrets/apiKey");
        assert_eq!(code::<()>(Err(error)), "invalid_input");
    }
    let mut both = Kept::key(Vendor::KEY).await;
    both.settings["clientId"] = Vendor::CLIENT_ID.into();
    let error = Linear.connect(&both.context()).await.unwrap_err();
    assert_eq!(error.problems()[0].pointer, "/settings/clientId");
    let app = Kept::app().await;
    assert_eq!(
        code(Linear.connect(&app.context()).await),
        "install_not_offered"
    );
    let mut nothing = Kept::key(Vendor::KEY).await;
    nothing.secrets = nothing.secrets.clone().without("apiKey");
    let error = Linear.connect(&nothing.context()).await.unwrap_err();
    assert_eq!(error.problems()[0].pointer, "/secrets/apiKey");
}
