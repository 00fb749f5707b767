//! Clients that prove themselves with signatures (RFC 7523), at the token endpoint.

use http::Method;
use keyway_app::oauth::NewOauthClient;
use keyway_core::Role;
use keyway_testkit::oidc::{SigningKey, unsigned};
use serde_json::{Value, json};

use super::browser::form;
use super::party::{error, pair, pairs};
use super::world::{Gate, gate};
use crate::support::client::{Answer, Ask};

const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client of an admin's, with a key of its own.
struct Signer {
    gate: Gate,
    key: SigningKey,
    client: String,
}

impl Signer {
    async fn start() -> Self {
        let (gate, key) = (Box::pin(gate()).await, SigningKey::generate("own"));
        let app = gate.app.running.app();
        let who = app.local();
        let account = app
            .people()
            .create_service_account(&who, "signer", Role::Member)
            .await
            .unwrap();
        let new = NewOauthClient {
            name: "Signer".into(),
            auth_method: Some("private_key_jwt".into()),
            service_account: Some(account.id),
            jwks: Some(json!({ "keys": [key.jwk()] })),
            ..NewOauthClient::default()
        };
        let made = app.oauth().create_client(&who, &new).await.unwrap();
        assert!(made.secret.is_none());
        let client = made.view.id.to_string();
        Self { gate, key, client }
    }

    /// What an assertion that is in order says.
    fn claims(&self, id: &str) -> Value {
        let now = jiff::Timestamp::now().as_second();
        json!({
            "iss": self.client, "sub": self.client, "aud": self.gate.issuer(),
            "jti": id, "iat": now, "exp": now + 60,
        })
    }

    async fn send(&self, assertion: &str) -> Answer {
        self.send_with(assertion, &[]).await
    }

    async fn send_with(&self, assertion: &str, more: &[(&str, &str)]) -> Answer {
        let mut fields = pairs(&[
            ("grant_type", "client_credentials"),
            ("client_assertion_type", BEARER),
            ("client_assertion", assertion),
        ]);
        fields.extend(pairs(more));
        Ask::new(self.gate.app.address(), Method::POST, "/oauth/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(&fields))
            .send()
            .await
    }

    #[track_caller]
    fn refused(answer: &Answer, what: &str) {
        assert_eq!(
            error(answer),
            (401, "invalid_client".to_owned()),
            "{what}: {}",
            answer.text()
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    }
}

#[tokio::test]
async fn a_signature_of_its_own_key_gets_a_client_a_token_that_works() {
    let signer = Signer::start().await;
    let token_endpoint = format!("{}/oauth/token", signer.gate.issuer());
    for (id, audience) in [("1", signer.gate.issuer()), ("2", token_endpoint)] {
        let mut claims = signer.claims(id);
        claims["aud"] = audience.clone().into();
        let answer = signer.send(&signer.key.sign(&claims)).await;
        let granted = pair(&answer);
        assert_eq!(granted.refresh, "", "it has its key");
        assert!(signer.gate.works(&granted.access).await, "{audience}");
    }
}

#[tokio::test]
async fn attack_a_replayed_assertion_proves_nothing() {
    let signer = Signer::start().await;
    let assertion = signer.key.sign(&signer.claims("once"));
    pair(&signer.send(&assertion).await);
    Signer::refused(&signer.send(&assertion).await, "the same");
    // Signed anew, under a name that was used.
    let again = signer.key.sign(&signer.claims("once"));
    Signer::refused(&signer.send(&again).await, "the same jti");
    pair(&signer.send(&signer.key.sign(&signer.claims("twice"))).await);
}

#[tokio::test]
async fn attack_an_assertion_for_somebody_else_or_by_somebody_else_proves_nothing() {
    let signer = Signer::start().await;
    let foreign = SigningKey::generate("own");
    Signer::refused(
        &signer.send(&foreign.sign(&signer.claims("a"))).await,
        "a foreign key under the name of its own",
    );
    let stranger = SigningKey::generate("unknown");
    Signer::refused(
        &signer.send(&stranger.sign(&signer.claims("b"))).await,
        "a foreign key",
    );
    Signer::refused(
        &signer.send(&unsigned(&signer.claims("c"))).await,
        "alg: none",
    );
    let now = jiff::Timestamp::now().as_second();
    for (name, value) in [
        ("aud", json!("https://gate.example")),
        ("aud", json!(format!("{}/mcp", signer.gate.issuer()))),
        ("aud", Value::Null),
        ("iss", json!("client_other")),
        ("sub", json!("client_other")),
        ("exp", json!(now - 600)),
        ("exp", Value::Null),
        ("jti", Value::Null),
    ] {
        let mut claims = signer.claims("d");
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
        let answer = signer.send(&signer.key.sign(&claims)).await;
        Signer::refused(&answer, &format!("{name} = {value}"));
    }
    // Nothing of it was used up by what was refused.
    pair(&signer.send(&signer.key.sign(&signer.claims("d"))).await);
}

#[tokio::test]
async fn attack_a_client_that_signs_gets_nowhere_without_its_signature() {
    let signer = Signer::start().await;
    let id = [("client_id", signer.client.as_str())];
    let mut fields = pairs(&[("grant_type", "client_credentials")]);
    fields.extend(pairs(&id));
    let answer = Ask::new(signer.gate.app.address(), Method::POST, "/oauth/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&fields))
        .send()
        .await;
    Signer::refused(&answer, "its id alone");
    let secret = [("client_secret", "kws_guess")];
    let assertion = signer.key.sign(&signer.claims("x"));
    let answer = signer.send_with(&assertion, &secret).await;
    assert!((400..=401).contains(&answer.status()), "{}", answer.text());
    let other = [("client_id", "client_other")];
    let answer = signer.send_with(&assertion, &other).await;
    assert!((400..=401).contains(&answer.status()), "{}", answer.text());
}
