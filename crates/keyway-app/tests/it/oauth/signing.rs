#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyway_app::oauth::{Failure, NewOauthClient, Tokens};
use keyway_core::Role;
use serde_json::{Value, json};

use super::world::{Gate, form, gate, posted, refused};

struct Signer {
    pair: EcdsaKeyPair,
    client: String,
}

impl Signer {
    /// A client that an admin made, which signs with a key of its own.
    async fn new(gate: &Gate) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = pair.public_key().as_ref();
        let (x, y) = point.split_at(33);
        let x = x.split_at(1).1;
        let local = gate.world.local();
        let account = gate
            .world
            .people()
            .create_service_account(&local, "signer", Role::Member)
            .await
            .unwrap();
        let new = NewOauthClient {
            name: "Signer".into(),
            auth_method: Some("private_key_jwt".into()),
            service_account: Some(account.id),
            jwks: Some(json!({ "keys": [{
                "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig",
                "x": BASE64.encode(x), "y": BASE64.encode(y),
            }] })),
            ..NewOauthClient::default()
        };
        let made = gate.oauth().create_client(&local, &new).await.unwrap();
        assert!(made.secret.is_none());
        Self {
            pair,
            client: made.view.id.to_string(),
        }
    }

    fn assertion(&self, gate: &Gate, id: &str, change: impl FnOnce(&mut Value)) -> String {
        use keyway_core::ports::Clock as _;
        let now = gate.world.process.clock.now().as_second();
        let mut claims = json!({
            "iss": self.client, "sub": self.client, "aud": "https://gate.example",
            "jti": id, "iat": now, "exp": now + 60,
        });
        change(&mut claims);
        let head = BASE64.encode(json!({ "alg": "ES256", "typ": "JWT" }).to_string());
        let signed = format!("{head}.{}", BASE64.encode(claims.to_string()));
        let random = SystemRandom::new();
        let signature = self.pair.sign(&random, signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64.encode(signature))
    }

    async fn ask(&self, gate: &Gate, assertion: &str) -> Result<Tokens, Failure> {
        let body = form(&[
            ("grant_type", "client_credentials"),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", assertion),
        ]);
        gate.oauth().token(&gate.site, &posted(&body)).await
    }
}

#[tokio::test]
async fn a_client_that_signs_proves_itself_with_each_assertion_once() {
    let gate = gate().await;
    let signer = Signer::new(&gate).await;
    let assertion = signer.assertion(&gate, "one", |_| {});
    let tokens = signer.ask(&gate, &assertion).await.unwrap();
    gate.come_in(&tokens).await.unwrap();
    assert_eq!(
        refused(signer.ask(&gate, &assertion).await),
        "invalid_client"
    );
    let fresh = signer.assertion(&gate, "two", |_| {});
    signer.ask(&gate, &fresh).await.unwrap();
    gate.world.stop().await;
}

#[tokio::test]
async fn attack_an_assertion_for_another_server_or_of_another_key_proves_nothing() {
    let gate = gate().await;
    let signer = Signer::new(&gate).await;
    let elsewhere = signer.assertion(&gate, "one", |claims| {
        claims["aud"] = "https://other.example".into();
    });
    assert_eq!(
        refused(signer.ask(&gate, &elsewhere).await),
        "invalid_client"
    );
    let thief = Signer {
        pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
        client: signer.client.clone(),
    };
    let forged = thief.assertion(&gate, "two", |_| {});
    assert_eq!(refused(thief.ask(&gate, &forged).await), "invalid_client");
    let late = signer.assertion(&gate, "three", |claims| {
        claims["exp"] = (claims["exp"].as_i64().unwrap() - 600).into();
    });
    assert_eq!(refused(signer.ask(&gate, &late).await), "invalid_client");
    gate.world.stop().await;
}
