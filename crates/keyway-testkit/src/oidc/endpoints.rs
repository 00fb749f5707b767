use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::{AUTHORIZATION, LOCATION};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::server::{Asked, Lie, State};
use super::signing::{SigningKey, unsigned};

type Values = HashMap<String, String>;

impl State {
    /// Writes the visit down, and answers badly if that is how it is.
    async fn enter(&self, path: &str) -> Result<Option<Lie>, Response> {
        let lie = {
            let mut books = self.books.lock();
            books.visits.push(path.to_owned());
            books.lie
        };
        match lie {
            Some(Lie::Down) => Err(StatusCode::SERVICE_UNAVAILABLE.into_response()),
            Some(Lie::Slow) => std::future::pending().await,
            lie => Ok(lie),
        }
    }
}

pub(super) async fn document(Shared(state): Shared<Arc<State>>) -> Result<Response, Response> {
    let lie = state.enter("document").await?;
    let base = &state.base;
    let issuer = match lie {
        Some(Lie::OtherDocument) => "http://127.0.0.1:1",
        _ => base,
    };
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/jwks"),
        "response_types_supported": ["code"],
        "id_token_signing_alg_values_supported": ["ES256", "none"],
        "authorization_response_iss_parameter_supported": true,
    });
    Ok(json(&document))
}

pub(super) async fn keys(Shared(state): Shared<Arc<State>>) -> Result<Response, Response> {
    state.enter("keys").await?;
    let key = state.books.lock().key.jwk();
    Ok(json(&json!({ "keys": [key] })))
}

pub(super) async fn authorize(
    Shared(state): Shared<Arc<State>>,
    Query(asked): Query<Values>,
) -> Result<Response, Response> {
    let lie = state.enter("authorize").await?;
    let value = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let good = value("client_id") == state.client_id
        && value("response_type") == "code"
        && value("code_challenge_method") == "S256"
        && value("scope").split(' ').any(|scope| scope == "openid");
    if !good {
        return Err(StatusCode::BAD_REQUEST.into_response());
    }
    let issuer = match lie {
        Some(Lie::MixedUp) => "http://127.0.0.1:1",
        _ => &state.base,
    };
    let mut answer = url::Url::parse(&value("redirect_uri")).expect("a redirect URI");
    answer
        .query_pairs_mut()
        .append_pair("state", &value("state"))
        .append_pair("iss", issuer);
    if lie == Some(Lie::Denies) {
        answer
            .query_pairs_mut()
            .append_pair("error", "access_denied");
    } else {
        let mut books = state.books.lock();
        books.made += 1;
        let code = format!("canary-code-{}", books.made);
        answer.query_pairs_mut().append_pair("code", &code);
        let remembered = Asked {
            nonce: value("nonce"),
            challenge: value("code_challenge"),
            redirect_uri: value("redirect_uri"),
        };
        books.codes.insert(code, remembered);
    }
    Ok((StatusCode::FOUND, [(LOCATION, answer.to_string())]).into_response())
}

pub(super) async fn token(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    body: bytes::Bytes,
) -> Result<Response, Response> {
    let lie = state.enter("token").await?;
    let form: Values = url::form_urlencoded::parse(&body).into_owned().collect();
    let refuse = |error: &str| {
        let body = json!({ "error": error, "error_description": "not so" }).to_string();
        (StatusCode::BAD_REQUEST, body).into_response()
    };
    let basic = STANDARD.encode(format!("{}:{}", state.client_id, state.secret));
    let sent = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    if sent != Some(&format!("Basic {basic}")) {
        return Err(refuse("invalid_client"));
    }
    let value = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let mut books = state.books.lock();
    let Some(remembered) = books.codes.remove(value("code")) else {
        return Err(refuse("invalid_grant"));
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier").as_bytes()));
    if challenge != remembered.challenge || value("redirect_uri") != remembered.redirect_uri {
        return Err(refuse("invalid_grant"));
    }
    let (person, now) = (&books.person, books.now);
    let mut claims = json!({
        "iss": state.base,
        "aud": state.client_id,
        "sub": person.subject,
        "name": person.name,
        "email": person.email,
        "email_verified": true,
        "groups": person.groups,
        "nonce": remembered.nonce,
        "iat": now,
        "exp": now + 300,
    });
    let mut claim = |name: &str, value: Value| claims[name] = value;
    match lie {
        Some(Lie::WrongNonce) => claim("nonce", "another".into()),
        Some(Lie::WrongAudience) => claim("aud", "another".into()),
        Some(Lie::WrongIssuer) => claim("iss", "http://127.0.0.1:1".into()),
        Some(Lie::Expired) => {
            claim("iat", (now - 1_000).into());
            claim("exp", (now - 700).into());
        }
        Some(Lie::UnverifiedEmail) => claim("email_verified", false.into()),
        _ => {}
    }
    let id_token = match lie {
        Some(Lie::NotSigned) => unsigned(&claims),
        Some(Lie::ForeignKey) => SigningKey::generate("key-1").sign(&claims),
        _ => books.key.sign(&claims),
    };
    Ok(json(&json!({
        "access_token": "canary-access",
        "token_type": "Bearer",
        "id_token": id_token,
    })))
}

fn json(value: &Value) -> Response {
    let head = [(http::header::CONTENT_TYPE, "application/json")];
    (head, value.to_string()).into_response()
}
