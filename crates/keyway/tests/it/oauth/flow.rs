use http::Method;
use serde_json::json;

use super::browser::Browser;
use super::party::{CALLBACK, Party, told, value};
use super::world::{EMAIL, PASSWORD, gate};
use crate::support::mcp::modern_anonymous;

/// The nine steps, from nothing but the URL to a call, and back out again.
#[tokio::test]
async fn a_client_that_knows_only_the_url_finds_its_way_and_is_shut_out_again() {
    let mut gate = gate().await;
    let issuer = gate.issuer();

    // 1. A request without a token says where to begin.
    let answer = modern_anonymous(&gate.app, "tools/list", json!({}))
        .send()
        .await;
    assert_eq!(answer.status(), 401);
    let metadata = format!("{issuer}/.well-known/oauth-protected-resource/mcp");
    assert_eq!(
        answer.header("www-authenticate"),
        format!("Bearer realm=\"keyway\", scope=\"mcp\", resource_metadata=\"{metadata}\"")
    );

    // 2. The resource names its authorization server, which describes itself.
    let resource = gate
        .app
        .ask(Method::GET, "/.well-known/oauth-protected-resource/mcp")
        .send()
        .await
        .json();
    assert_eq!(resource["resource"], format!("{issuer}/mcp"));
    assert_eq!(resource["authorization_servers"], json!([issuer]));
    let server = gate
        .app
        .ask(Method::GET, "/.well-known/oauth-authorization-server")
        .send()
        .await
        .json();
    assert_eq!(server["issuer"], issuer);
    assert_eq!(server["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(
        server["registration_endpoint"],
        format!("{issuer}/oauth/register")
    );

    // 3. to 6. Registration, the browser, signing in, consent.
    let party = Party::register(gate.app.address()).await;
    let mut browser = Browser::new(gate.app.address());
    let sign_in = browser.get(&party.url()).await;
    assert_eq!(sign_in.status(), 303);
    let page = browser.follow(sign_in).await;
    assert_eq!(page.status(), 200, "{}", page.text());
    let signed_in = browser
        .submit(
            &page,
            &[("mode", "signin"), ("email", EMAIL), ("password", PASSWORD)],
        )
        .await;
    let page = browser.follow(signed_in).await;
    assert_eq!(page.status(), 200, "{}", page.text());
    for told in [
        "Sample app",
        "app.example",
        "Ada",
        "Use the tools, resources and prompts",
    ] {
        assert!(page.text().contains(told), "{told}: {}", page.text());
    }
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(
        policy.contains("form-action 'self' https://app.example"),
        "{policy}"
    );
    assert_eq!(page.header("cache-control"), "no-store");

    // 7. and 8. Back to the client with a code, which becomes tokens.
    let allowed = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(allowed.header("location").starts_with(CALLBACK));
    let told = told(&allowed);
    assert_eq!(value(&told, "state"), "a state");
    assert_eq!(value(&told, "iss"), issuer);
    let pair = party.redeem(value(&told, "code")).await;
    assert!(pair.access.starts_with("kwa_") && pair.refresh.starts_with("kwr_"));

    // 9. A call.
    let listed = gate.list(&pair.access).send().await;
    assert_eq!(listed.status(), 200, "{}", listed.text());
    assert!(listed.json()["result"]["tools"].is_array());

    // Renewed, and given back.
    let renewed = party.refresh(&pair.refresh).await;
    assert!(gate.works(&renewed.access).await);
    let revoked = party
        .post("/oauth/revoke", &[("token", &renewed.refresh)])
        .await;
    assert_eq!(revoked.status(), 200);
    for token in [&pair.access, &renewed.access] {
        let answer = gate.list(token).send().await;
        assert_eq!(answer.status(), 401);
        assert!(
            answer
                .header("www-authenticate")
                .contains("error=\"invalid_token\"")
        );
    }
    assert_eq!(party.try_refresh(&renewed.refresh).await.status(), 400);

    // The same client again: it gave back what the person had agreed to, and they are asked.
    let again = gate.owner.get(&party.url()).await;
    assert_eq!(again.status(), 200, "{}", again.text());
}
