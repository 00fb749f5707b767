use http::Method;

use crate::support::app::TestApp;
use crate::support::client::Answer;

const METADATA: &str = "/.well-known/oauth-authorization-server";

async fn named(app: &TestApp, host: &str) -> Answer {
    let ask = app.ask(Method::GET, METADATA).header("host", host);
    ask.send().await
}

#[tokio::test]
async fn attack_a_foreign_port_of_this_machine_is_no_issuer() {
    let app = TestApp::with([]).await;
    let port = app.address().port();
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        let own = named(&app, &format!("{host}:{port}")).await;
        assert_eq!(own.status(), 200, "{host}: {}", own.text());
        assert_eq!(own.json()["issuer"], format!("http://{host}:{port}"));
        let foreign = port.checked_add(1).unwrap_or(1);
        for other in [format!("{host}:{foreign}"), host.to_owned()] {
            let answer = named(&app, &other).await;
            assert_eq!(answer.status(), 403, "{other}: {}", answer.text());
            assert_eq!(answer.json()["error"], "access_denied", "{other}");
            assert!(!answer.text().contains(&other), "{other}");
        }
    }
    // What needs no issuer works there as before, and a challenge sends nobody anywhere.
    let ask = app
        .ask(Method::GET, "/v1/actions")
        .header("host", "localhost:1");
    let answer = ask.send().await;
    assert_eq!(answer.status(), 401);
    assert!(!answer.header("www-authenticate").contains("localhost:1"));
    let ask = app.get("/v1/actions").header("host", "localhost:1");
    assert_eq!(ask.send().await.status(), 200);
}

#[tokio::test]
async fn a_configured_url_is_the_issuer_at_whatever_port_one_asks() {
    let app = TestApp::builder()
        .config(|config| config.listen.public_url = Some("http://localhost:9999".into()))
        .start()
        .await;
    let answer = named(&app, "localhost:1").await;
    assert_eq!(answer.json()["issuer"], "http://localhost:9999");
}

#[tokio::test]
async fn a_proxy_of_ours_says_which_port_it_is() {
    let app = TestApp::builder()
        .config(|config| config.listen.trusted_hops = 1)
        .start()
        .await;
    let answer = named(&app, "localhost:9999").await;
    assert_eq!(answer.json()["issuer"], "http://localhost:9999");
}
