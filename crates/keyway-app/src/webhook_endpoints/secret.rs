use jiff::Timestamp;
use keyway_core::ports::Random;
use keyway_core::provider::sign::{Algorithm, base64, unbase64};
use keyway_core::{Error, OrgId, Secret, WebhookEndpointId};
use keyway_vault::{Context, Vault};

use super::error;

/// What a secret begins with (Standard Webhooks, "Signing").
const PREFIX: &str = "whsec_";

/// How many bytes a secret has: within the 24 to 64 that the specification wants.
const BYTES: usize = 32;

/// The place of a secret.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot {
    /// What messages are signed with.
    Current,
    /// What they were signed with before.
    Before,
}

/// A new secret.
pub(super) fn generate(random: &dyn Random) -> Secret<String> {
    let mut bytes = zeroize::Zeroizing::new([0; BYTES]);
    random.fill(bytes.as_mut_slice());
    Secret::new(format!("{PREFIX}{}", base64(bytes.as_slice())))
}

impl Slot {
    fn place<'a>(self, organization: &'a OrgId, id: &'a WebhookEndpointId) -> Context<'a> {
        Context {
            organization: organization.as_str(),
            table: "webhook_endpoints",
            column: match self {
                Self::Current => "secret",
                Self::Before => "secret_before",
            },
            row: id.as_str(),
        }
    }

    /// Seals a secret for its row.
    pub(super) fn seal(
        self,
        vault: &Vault,
        organization: &OrgId,
        id: &WebhookEndpointId,
        secret: &Secret<String>,
    ) -> Result<Vec<u8>, Error> {
        let sealed = vault.seal(&self.place(organization, id), secret.expose().as_bytes());
        sealed.map_err(Error::internal)
    }

    /// Opens a secret of its row.
    pub(super) fn open(
        self,
        vault: &Vault,
        organization: &OrgId,
        id: &WebhookEndpointId,
        sealed: &[u8],
    ) -> Result<Secret<String>, Error> {
        let opened = vault.open(&self.place(organization, id), sealed);
        let opened = opened.map_err(|found| error::unreadable().with_source(found))?;
        let text = std::str::from_utf8(opened.expose()).map_err(|_| error::unreadable())?;
        Ok(Secret::new(text.to_owned()))
    }
}

/// The `webhook-signature` of a message: one signature for each secret, the present one first, with a
/// space between (Standard Webhooks, "Signature scheme").
pub(super) fn signature(
    secrets: &[Secret<String>],
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> Result<String, Error> {
    let at = at.as_second().to_string();
    let parts: [&[u8]; 5] = [id.as_bytes(), b".", at.as_bytes(), b".", body];
    let sign = |secret: &Secret<String>| {
        let key = secret.expose().strip_prefix(PREFIX).and_then(unbase64);
        let key = zeroize::Zeroizing::new(key.ok_or_else(error::unreadable)?);
        let signed = Algorithm::Sha256.sign(&key, &parts);
        Ok(format!("v1,{}", base64(&signed)))
    };
    let all: Result<Vec<_>, Error> = secrets.iter().map(sign).collect();
    Ok(all?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn a_message_is_signed_as_the_specification_says() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let body = br#"{"test": 2432232314}"#;
        let one = signature(std::slice::from_ref(&secret), id, at, body).unwrap();
        assert_eq!(one, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let other = Secret::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
        let both = signature(&[other, secret], id, at, body).unwrap();
        assert!(both.starts_with("v1,") && both.ends_with(&format!(" {one}")));
        assert_eq!(both.split(' ').count(), 2);
        let none = Secret::new("whsec_canary!".to_owned());
        let refused = signature(&[none], id, at, body).unwrap_err();
        assert!(!format!("{refused:?}").contains("canary"));
    }
}
