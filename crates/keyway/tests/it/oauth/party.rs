use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::browser::form;
use crate::support::client::{Answer, Ask};

pub(crate) const CALLBACK: &str = "https://app.example/callback";
/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A client of the authorization server, as anyone could write one.
#[derive(Clone, Debug)]
pub(crate) struct Party {
    pub(crate) address: SocketAddr,
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
    pub(crate) redirect_uri: String,
}

/// Tokens a client got.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Party {
    /// Registers as a public client.
    pub(crate) async fn register(address: SocketAddr) -> Self {
        let body = json!({
            "client_name": "Sample app",
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "none",
        });
        Self::register_as(address, &body).await
    }

    pub(crate) async fn register_as(address: SocketAddr, body: &Value) -> Self {
        let answer = Ask::new(address, Method::POST, "/oauth/register")
            .json(body)
            .send()
            .await;
        assert_eq!(answer.status(), 201, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), "no-store");
        let made = answer.json();
        Self {
            address,
            id: made["client_id"].as_str().unwrap().to_owned(),
            secret: made["client_secret"].as_str().map(str::to_owned),
            redirect_uri: body["redirect_uris"][0]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        }
    }

    /// The parameters of an authorization request that is in order.
    pub(crate) fn request(&self) -> Vec<(String, String)> {
        pairs(&[
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect_uri),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("scope", "mcp"),
            ("state", "a state"),
            ("resource", &format!("http://{}/mcp", self.address)),
        ])
    }

    /// Where a browser is sent with such a request, some parameters changed (`None` leaves one out).
    pub(crate) fn url_with(&self, changes: &[(&str, Option<&str>)]) -> String {
        let mut all = self.request();
        for (name, value) in changes {
            all.retain(|(known, _)| known != name);
            all.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
        }
        format!("/oauth/authorize?{}", form(&all))
    }

    pub(crate) fn url(&self) -> String {
        self.url_with(&[])
    }

    /// Posts a form to an endpoint, with the secret in the header where there is one.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut ask = Ask::new(self.address, Method::POST, path).header(
            "content-type",
            "application/x-www-form-urlencoded; charset=UTF-8",
        );
        let mut fields = pairs(fields);
        match &self.secret {
            Some(secret) => {
                let basic = STANDARD.encode(format!("{}:{secret}", self.id));
                ask = ask.header("authorization", &format!("Basic {basic}"));
            }
            None => fields.push(("client_id".to_owned(), self.id.clone())),
        }
        ask.body(form(&fields)).send().await
    }

    /// Tries to turn a code into tokens.
    pub(crate) async fn try_redeem(&self, code: &str) -> Answer {
        self.post(
            "/oauth/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("code_verifier", VERIFIER),
                ("redirect_uri", &self.redirect_uri),
            ],
        )
        .await
    }

    pub(crate) async fn redeem(&self, code: &str) -> Pair {
        pair(&self.try_redeem(code).await)
    }

    pub(crate) async fn try_refresh(&self, token: &str) -> Answer {
        self.post(
            "/oauth/token",
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
        )
        .await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Pair {
        pair(&self.try_refresh(token).await)
    }
}

/// The tokens of an answer, which has to be one nobody keeps.
pub(crate) fn pair(answer: &Answer) -> Pair {
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    Pair {
        access: text("access_token"),
        refresh: text("refresh_token"),
    }
}

/// Reads an error in the words of OAuth.
pub(crate) fn error(answer: &Answer) -> (u16, String) {
    let code = answer.json()["error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status(), code)
}

/// What a redirect to a client says.
pub(crate) fn told(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(answer.status(), 303, "{}", answer.text());
    let (_, query) = answer.header("location").split_once('?').expect("a query");
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

pub(crate) fn value<'a>(told: &'a [(String, String)], name: &str) -> &'a str {
    let found = told.iter().find(|(known, _)| known == name);
    found.map_or("", |(_, value)| value)
}

pub(crate) fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    fields.iter().map(own).collect()
}
