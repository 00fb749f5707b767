use http::{HeaderMap, HeaderName, HeaderValue};
use keyway_core::provider::{WebhookRequest, sign};
use keyway_core::{DeliveryId, Error, Kind, OrgId};
use keyway_vault::{Context, Vault};
use serde::{Deserialize, Serialize};

/// What came with a delivery, as far as it counts: it is kept sealed.
pub(super) struct Parcel {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    headers: Vec<(String, String)>,
    /// Base64: it may be anything.
    body: String,
}

impl Parcel {
    /// Of a request those headers that are read, and the body.
    pub(super) fn of(request: &WebhookRequest<'_>, names: &[String]) -> Self {
        let mut headers = HeaderMap::new();
        for name in names {
            let value = request.header(name);
            let value = value.and_then(|value| HeaderValue::from_str(value).ok());
            if let (Ok(name), Some(value)) = (HeaderName::try_from(name), value) {
                headers.insert(name, value);
            }
        }
        Self {
            headers,
            body: request.body.to_vec(),
        }
    }

    pub(super) fn request(&self) -> WebhookRequest<'_> {
        WebhookRequest {
            headers: &self.headers,
            body: &self.body,
        }
    }

    pub(super) fn seal(
        &self,
        vault: &Vault,
        organization: &OrgId,
        id: &DeliveryId,
    ) -> Result<Vec<u8>, Error> {
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            Some((name.to_string(), value.to_str().ok()?.to_owned()))
        };
        let written = Written {
            headers: self.headers.iter().filter_map(header).collect(),
            body: sign::base64(&self.body),
        };
        let text = serde_json::to_vec(&written).map_err(Error::internal)?;
        let sealed = vault.seal(&place(organization, id), &text);
        sealed.map_err(Error::internal)
    }

    pub(super) fn open(
        vault: &Vault,
        organization: &OrgId,
        id: &DeliveryId,
        sealed: &[u8],
    ) -> Result<Self, Error> {
        let opened = vault.open(&place(organization, id), sealed);
        let opened = opened.map_err(|found| unreadable().with_source(found))?;
        let written: Written = serde_json::from_slice(opened.expose()).map_err(|_| unreadable())?;
        let mut headers = HeaderMap::new();
        for (name, value) in &written.headers {
            let name = HeaderName::try_from(name).map_err(|_| unreadable())?;
            let value = HeaderValue::from_str(value).map_err(|_| unreadable())?;
            headers.insert(name, value);
        }
        Ok(Self {
            headers,
            body: sign::unbase64(&written.body).ok_or_else(unreadable)?,
        })
    }
}

/// The place of what came with a delivery.
fn place<'a>(organization: &'a OrgId, id: &'a DeliveryId) -> Context<'a> {
    Context {
        organization: organization.as_str(),
        table: "deliveries",
        column: "received",
        row: id.as_str(),
    }
}

fn unreadable() -> Error {
    Error::new(
        Kind::Conflict,
        "delivery_unreadable",
        "what came with the delivery cannot be opened",
    )
    .with_hint("the master key is not the one it was sealed with")
}
