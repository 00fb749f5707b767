//! A gateway with an owner who is signed in, and a client the owner has let in before.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::Failure;
use crate::http::{Connection, header, is_ok};
use crate::measure::browser::{Browser, between, form, status};
use crate::measure::gateway::{Access, Gateway};

const CALLBACK: &str = "https://app.example/callback";

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// No call of the bench meets a limit, and no token ends before the bench does.
pub(super) const UNLIMITED: &str = "\
rate_limit:
  principal: {limit: 0}
  client: {limit: 0}
  address: {limit: 0}
  sign_in: {limit: 0}
  oauth_register: {limit: 1000}
oauth:
  access_ttl: 12h
";

/// A client of the authorization server, and the browser of who lets it in.
#[derive(Debug)]
pub(super) struct Party {
    pub(super) gateway: Gateway,
    pub(super) key: String,
    client: String,
    /// The request the browser is sent with; the answer is a redirect with a code.
    authorize: Vec<u8>,
}

impl Party {
    /// Starts a gateway, sets it up, registers a client and lets it in.
    pub(super) async fn start() -> Result<Self, Failure> {
        let gateway = Gateway::start_with(Access::ApiKey, &[], UNLIMITED).await?;
        let key = gateway.api_key().await?;
        let address = gateway.process.address;
        let mut owner = Browser::open(address).await?;
        let page = owner.get(&gateway.setup_path().await?).await?;
        let fields = [
            ("name", "Ada"),
            ("email", "ada@example.com"),
            ("password", "correct horse battery staple"),
        ];
        let signed_in = owner.submit(&page, &fields).await?;
        if signed_in.status != 303 {
            return Err(format!("no owner: {}", signed_in.body).into());
        }
        let client = register(address).await?;
        let path = path(address, &client);
        let question = owner.get(&path).await?;
        let allowed = owner.submit(&question, &[("decision", "allow")]).await?;
        if !allowed.location.starts_with(CALLBACK) {
            return Err(format!("no consent: {} {}", allowed.status, allowed.body).into());
        }
        Ok(Self {
            authorize: owner.request(&path),
            gateway,
            key,
            client,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.gateway.process.address
    }

    /// One flow, from the request for a code to the access token. The owner has agreed before and is
    /// not asked.
    pub(super) async fn flow(&self, connection: &mut Connection) -> Result<String, Failure> {
        let (head, body) = connection.exchange(&self.authorize).await?;
        let location = header(head, b"location").unwrap_or_default();
        let location = String::from_utf8_lossy(location).into_owned();
        let code = between(&format!("{location}&"), "code=", "&").map(str::to_owned);
        let code = code.filter(|_| status(head) == 303).ok_or_else(|| {
            let (head, body) = (String::from_utf8_lossy(head), String::from_utf8_lossy(body));
            format!("no code: {head}{body}")
        })?;
        let form = form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", CALLBACK),
            ("client_id", &self.client),
        ]);
        let request = post(
            self.address(),
            "/oauth/token",
            "application/x-www-form-urlencoded",
            &form,
        );
        let (head, body) = connection.exchange(&request).await?;
        let answer: Value = serde_json::from_slice(body)?;
        let token = answer.get("access_token").and_then(Value::as_str);
        let token = token.filter(|_| is_ok(head));
        Ok(token
            .ok_or_else(|| format!("no token: {answer}"))?
            .to_owned())
    }
}

async fn register(address: SocketAddr) -> Result<String, Failure> {
    let body = json!({
        "client_name": "Bench",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
    });
    let request = post(
        address,
        "/oauth/register",
        "application/json",
        &body.to_string(),
    );
    let mut connection = Connection::open(address).await?;
    let (_, body) = connection.exchange(&request).await?;
    let made: Value = serde_json::from_slice(body)?;
    let id = made.get("client_id").and_then(Value::as_str);
    Ok(id.ok_or_else(|| format!("no client: {made}"))?.to_owned())
}

/// Where the browser is sent.
fn path(address: SocketAddr, client: &str) -> String {
    let query = form(&[
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("scope", "mcp"),
        ("state", "a state"),
        ("resource", &format!("http://{address}/mcp")),
    ]);
    format!("/oauth/authorize?{query}")
}

fn post(address: SocketAddr, path: &str, kind: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\naccept: application/json\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
