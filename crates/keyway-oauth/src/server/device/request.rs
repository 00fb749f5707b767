use std::time::Duration;

use keyway_core::Secret;
use serde_json::json;

use super::super::token::Presented;
use super::super::{Endpoint, Issuer, Parameters, Refusal, Resource, Resources};
use super::UserCode;

/// A terminal that begins (RFC 8628 section 3.1).
#[derive(Debug)]
pub struct DeviceRequest {
    /// Who asks.
    pub client: Presented,
    /// What for, as text: see [`super::super::authorize::requested_scopes`].
    pub scope: Option<String>,
    /// For which of our resources.
    pub resource: Resource,
}

/// What a terminal is given to show (RFC 8628 section 3.2).
#[derive(Debug)]
pub struct Shown<'a> {
    /// What it asks with.
    pub device_code: &'a Secret<String>,
    /// What its person types.
    pub user_code: &'a UserCode,
    /// How long both live.
    pub lifetime: Duration,
    /// How long to wait between two questions.
    pub interval: Duration,
}

impl DeviceRequest {
    /// Reads a request from its headers and its body.
    pub fn read(
        content_type: Option<&str>,
        authorization: Option<&str>,
        body: &[u8],
        resources: &Resources,
    ) -> Result<Self, Refusal> {
        let form = Parameters::from_form(content_type, body)?;
        let client = Presented::read(authorization, &form)?;
        let scope = form.optional("scope")?.map(str::to_owned);
        let selected = resources.select(form.all("resource"))?;
        let resource = selected.unwrap_or_else(|| resources.default_resource());
        Ok(Self {
            client,
            scope,
            resource: resource.clone(),
        })
    }
}

impl Shown<'_> {
    /// The body. `verification_uri_complete` fills the code into the page, which still asks whether
    /// it is the one that the terminal shows (section 5.4).
    pub fn to_json(&self, issuer: &Issuer) -> Secret<String> {
        let page = issuer.endpoint(Endpoint::Device);
        let body = json!({
            "device_code": self.device_code.expose(),
            "user_code": self.user_code.to_string(),
            "verification_uri": page,
            "verification_uri_complete": format!("{page}?user_code={}", self.user_code),
            "expires_in": self.lifetime.as_secs(),
            "interval": self.interval.as_secs(),
        });
        Secret::new(body.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::server::ErrorCode;

    #[test]
    fn a_terminal_begins() {
        let issuer = Issuer::parse("https://keyway.example").unwrap();
        let resources = Resources::new(Resource::below(&issuer, "/mcp"), []);
        let form = Some("application/x-www-form-urlencoded");
        let read = |body: &str| DeviceRequest::read(form, None, body.as_bytes(), &resources);
        let request = read("client_id=c&scope=mcp").unwrap();
        assert_eq!(request.scope.as_deref(), Some("mcp"));
        assert_eq!(request.resource.as_str(), "https://keyway.example/mcp");
        let elsewhere = read("client_id=c&resource=https://zebra.example").unwrap_err();
        assert_eq!(elsewhere.code(), ErrorCode::InvalidTarget);
        let device_code = Secret::new(String::from("kwd_x"));
        let shown = Shown {
            device_code: &device_code,
            user_code: &"BCDFGHJK".parse().unwrap(),
            lifetime: Duration::from_mins(10),
            interval: Duration::from_secs(5),
        };
        let body: Value = serde_json::from_str(shown.to_json(&issuer).expose()).unwrap();
        assert_eq!(
            body,
            json!({
                "device_code": "kwd_x",
                "user_code": "BCDF-GHJK",
                "verification_uri": "https://keyway.example/device",
                "verification_uri_complete": "https://keyway.example/device?user_code=BCDF-GHJK",
                "expires_in": 600,
                "interval": 5,
            })
        );
    }
}
