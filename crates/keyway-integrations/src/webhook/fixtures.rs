//! A webhook to try a publication with, and its signature as the settings describe it.

use http::{HeaderName, HeaderValue};
use keyway_core::provider::sign::{self, Algorithm};
use keyway_core::provider::{Fixture, ProviderContext, SignedWebhook, WebhookRequest};

use super::settings::{BODY, Encoding, Settings, TIMESTAMP, Verification};
use super::verify::{ID, SENT, SIGNATURES, standard_key};

pub(super) const FIXTURES: &[Fixture] = &[Fixture {
    name: "event",
    about: "something that the settings of the example understand",
    headers: &[("content-type", "application/json")],
    body: include_str!("fixtures/event.json"),
}];

/// A request as the settings say that the sender signs it.
pub(super) fn sign(
    request: &WebhookRequest<'_>,
    context: &ProviderContext<'_>,
) -> Option<SignedWebhook> {
    let settings = Settings::read(context.settings).ok()?;
    let sent = context.now.as_second().to_string();
    let mut headers = request.headers.clone();
    let mut put = |name: &str, value: &str| {
        let name = HeaderName::try_from(name).ok()?;
        headers.insert(name, HeaderValue::from_str(value).ok()?);
        Some(())
    };
    match settings.verification {
        Verification::StandardWebhooks { .. } => {
            let key = standard_key(context.secret.expose())?;
            let id = format!("msg_{}", sign::digest(request.body));
            let parts = [id.as_bytes(), b".", sent.as_bytes(), b".", request.body];
            let tag = sign::base64(&Algorithm::Sha256.sign(key.expose(), &parts));
            put(ID, &id)?;
            put(SENT, &sent)?;
            put(SIGNATURES, &format!("v1,{tag}"))?;
        }
        Verification::Hmac {
            header,
            prefix,
            encoding,
            algorithm,
            signed,
            timestamp_header,
            ..
        } => {
            if let Some(name) = &timestamp_header {
                put(name, &sent)?;
            }
            let before = signed.strip_suffix(BODY)?.replace(TIMESTAMP, &sent);
            let key = context.secret.expose().as_bytes();
            let tag = algorithm.sign(key, &[before.as_bytes(), request.body]);
            let tag = match encoding {
                Encoding::Hex => sign::hex(&tag),
                Encoding::Base64 => sign::base64(&tag),
            };
            put(&header, &format!("{prefix}{tag}"))?;
        }
    }
    Some(SignedWebhook {
        headers,
        body: request.body.to_vec(),
    })
}
