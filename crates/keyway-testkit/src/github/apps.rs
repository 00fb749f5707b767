//! What an app asks about itself with its JWT, and the tokens it gets.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::answer::{Answer, Answered};
use super::guard::Request;
use super::key::AppKey;
use super::state::{App, State};

/// The longest a JWT may be good, and how far clocks may differ, in seconds.
const LONGEST: i64 = 600;

impl State {
    /// Makes an app, and says the code it is got with.
    pub(super) fn make_app(&mut self, name: &str, owner: &str, manifest: Value) -> String {
        let id = self.next();
        let slug = name
            .to_lowercase()
            .replace(|char: char| !char.is_ascii_alphanumeric(), "-");
        let code = format!("code{id}");
        self.apps.push(App {
            id,
            slug,
            owner: owner.to_owned(),
            key: Arc::new(AppKey::generate()),
            webhook_secret: format!("hook-secret-{id}"),
            manifest,
            code: Some(code.clone()),
        });
        code
    }

    /// `POST /app-manifests/{code}/conversions`: once.
    pub(super) fn convert(&mut self, code: &str) -> Answered {
        let found = self
            .apps
            .iter_mut()
            .find(|app| app.code.as_deref() == Some(code));
        let app = found.ok_or_else(Answer::not_found)?;
        app.code = None;
        Ok(Answer::created(json!({
            "id": app.id,
            "slug": app.slug,
            "name": app.manifest["name"],
            "client_id": format!("Iv1.{}", app.id),
            "client_secret": "client-secret",
            "webhook_secret": app.webhook_secret,
            "pem": app.key.pkcs1(),
            "owner": { "login": app.owner },
        })))
    }

    /// Which app a JWT is of ("Generating a JSON Web Token (JWT) for a GitHub App").
    pub(super) fn authenticated(&self, request: &Request) -> Result<App, Answer> {
        let refuse = |message: &str| Answer::refuse(401, message);
        let jwt = request
            .authorization
            .strip_prefix("Bearer ")
            .unwrap_or_default();
        let read = |app: &App| Some((app.clone(), app.key.claims(jwt)?));
        let found = self.apps.iter().find_map(read);
        let (app, claims) = found.ok_or_else(|| refuse("A JSON web token could not be decoded"))?;
        let now = self.now.as_second();
        let (issued, ends) = (claims["iat"].as_i64(), claims["exp"].as_i64());
        let (Some(issued), Some(ends)) = (issued, ends) else {
            return Err(refuse("'iat' and 'exp' are required"));
        };
        if issued > now {
            return Err(refuse(
                "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
            ));
        }
        if ends <= now || ends - now > LONGEST {
            return Err(refuse(
                "'Expiration time' claim ('exp') is too far in the future",
            ));
        }
        let ours = claims["iss"].as_str() == Some(app.id.to_string().as_str());
        ours.then_some(app)
            .ok_or_else(|| refuse("Integration not found"))
    }

    /// What is below `/app`.
    pub(super) fn app_api(&mut self, request: &Request, rest: &[&str]) -> Answered {
        let app = self.authenticated(request)?;
        let of_app = |state: &Self, id: &str| {
            let found = id.parse().ok().and_then(|id| state.installation(id));
            found
                .filter(|one| one.app == app.id)
                .cloned()
                .ok_or_else(Answer::not_found)
        };
        match (request.method.as_str(), rest) {
            ("GET", []) => Ok(Answer::ok(
                json!({ "id": app.id, "slug": app.slug, "owner": { "login": app.owner } }),
            )),
            ("GET", ["installations"]) => {
                let all = self.installations.iter().filter(|one| one.app == app.id);
                let all: Vec<_> = all.map(|one| self.shown(one)).collect();
                Ok(Answer::ok(all.into()))
            }
            ("GET", ["installations", id]) => {
                let one = of_app(self, id)?;
                Ok(Answer::ok(self.shown(&one)))
            }
            ("DELETE", ["installations", id]) => {
                let one = of_app(self, id)?;
                self.uninstall(one.id);
                Ok(Answer::nothing())
            }
            ("POST", ["installations", id, "access_tokens"]) => {
                let one = of_app(self, id)?;
                if one.suspended {
                    return Err(Answer::refuse(403, "This installation has been suspended"));
                }
                let token = format!("ghs_{}", self.next());
                let ends = self.now + SignedDuration::from_hours(1);
                self.tokens.insert(token.clone(), (one.id, ends));
                Ok(Answer::created(json!({
                    "token": token, "expires_at": ends.to_string(), "permissions": one.permissions,
                })))
            }
            _ => Err(Answer::not_found()),
        }
    }

    pub(super) fn uninstall(&mut self, id: u64) {
        self.installations.retain(|one| one.id != id);
        self.tokens
            .retain(|_, (installation, _)| *installation != id);
    }
}
