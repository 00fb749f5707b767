use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use keyway_core::Secret;
use keyway_core::credential::ClientAuth;
use keyway_core::ports::ProtectedResource;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Who we are to one authorization server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) id: String,
    /// The secret of a registered client. That of a configured one stays in the configuration.
    #[serde(with = "crate::secret_text::optional", default)]
    pub(crate) secret: Option<Secret<String>>,
    pub(crate) method: AuthMethod,
    pub(crate) origin: Origin,
}

/// How a client proves itself at the token endpoint (RFC 7591 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AuthMethod {
    /// Not at all: a public client.
    #[serde(rename = "none")]
    None,
    #[serde(rename = "client_secret_basic")]
    Basic,
    #[serde(rename = "client_secret_post")]
    Post,
}

/// Where a client id comes from, in the order of preference of revision 2026-07-28.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// Registered by hand and configured.
    Configured,
    /// Our Client ID Metadata Document.
    Document,
    /// Registered dynamically.
    Registered,
}

impl Identity {
    /// The client of the configuration, if it names one.
    pub(crate) fn configured(
        resource: &ProtectedResource,
        auth_methods: Option<&[String]>,
    ) -> Option<Self> {
        let described = resource.server.as_ref().and_then(|of| of.client_auth);
        let method = match (&resource.client_secret, described) {
            (Some(_), Some(ClientAuth::Basic)) => AuthMethod::Basic,
            (Some(_), Some(ClientAuth::Post)) => AuthMethod::Post,
            (Some(_), None) => AuthMethod::with_secret(auth_methods),
            (None, _) => AuthMethod::None,
        };
        Some(Self {
            id: resource.client_id.clone()?,
            secret: None,
            method,
            origin: Origin::Configured,
        })
    }

    /// The client of our metadata document.
    pub(crate) fn document(url: &str) -> Self {
        Self {
            id: url.to_owned(),
            secret: None,
            method: AuthMethod::None,
            origin: Origin::Document,
        }
    }

    /// The secret to prove this identity with.
    pub(crate) fn secret<'a>(
        &'a self,
        resource: &'a ProtectedResource,
    ) -> Option<&'a Secret<String>> {
        match self.origin {
            Origin::Configured => resource.client_secret.as_ref(),
            Origin::Document | Origin::Registered => self.secret.as_ref(),
        }
    }

    /// How the identity goes into a request to the token or revocation endpoint: as fields of the
    /// form, or as `Authorization` (RFC 6749 section 2.3.1). Never both.
    pub(crate) fn prove<'a>(&'a self, secret: Option<&'a Secret<String>>) -> Proof<'a> {
        let id = ("client_id", self.id.as_str());
        match (self.method, secret) {
            (AuthMethod::None, _) | (_, None) => Proof::fields(vec![id]),
            (AuthMethod::Post, Some(secret)) => {
                Proof::fields(vec![id, ("client_secret", secret.expose().as_str())])
            }
            (AuthMethod::Basic, Some(secret)) => Proof {
                fields: Vec::new(),
                authorization: basic(&self.id, secret),
            },
        }
    }
}

impl AuthMethod {
    /// The method of a client with a secret. A server that does not say takes basic
    /// (RFC 8414 section 2).
    pub(crate) fn with_secret(supported: Option<&[String]>) -> Self {
        let takes = |method: &str| supported.is_some_and(|all| all.iter().any(|m| m == method));
        if !takes("client_secret_basic") && takes("client_secret_post") {
            Self::Post
        } else {
            Self::Basic
        }
    }

    /// The method to register with: a public client where that is taken, because a secret on a
    /// person's machine proves little.
    pub(crate) fn to_register(supported: Option<&[String]>) -> Self {
        let takes = |method: &str| supported.is_none_or(|all| all.iter().any(|m| m == method));
        if takes("none") {
            Self::None
        } else if takes("client_secret_basic") || takes("client_secret_post") {
            Self::with_secret(supported)
        } else {
            Self::None
        }
    }
}

/// How an identity is proven in one request.
pub(crate) struct Proof<'a> {
    pub(crate) fields: Vec<(&'static str, &'a str)>,
    pub(crate) authorization: Option<HeaderValue>,
}

impl<'a> Proof<'a> {
    fn fields(fields: Vec<(&'static str, &'a str)>) -> Self {
        Self {
            fields,
            authorization: None,
        }
    }
}

/// HTTP basic authentication with both parts form-encoded first, as RFC 6749 section 2.3.1 has it.
fn basic(id: &str, secret: &Secret<String>) -> Option<HeaderValue> {
    let encode = |text: &str| -> Zeroizing<String> {
        Zeroizing::new(url::form_urlencoded::byte_serialize(text.as_bytes()).collect())
    };
    let pair = Zeroizing::new(format!("{}:{}", *encode(id), *encode(secret.expose())));
    let header = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    let mut value = HeaderValue::from_str(&header).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(methods: &[&str]) -> Vec<String> {
        methods.iter().map(|&method| method.to_owned()).collect()
    }

    #[test]
    fn registers_as_a_public_client_where_it_can() {
        let method = |methods: &[&str]| AuthMethod::to_register(Some(&list(methods)));
        assert_eq!(AuthMethod::to_register(None), AuthMethod::None);
        assert_eq!(method(&["client_secret_basic", "none"]), AuthMethod::None);
        assert_eq!(method(&["client_secret_basic"]), AuthMethod::Basic);
        assert_eq!(method(&["client_secret_post"]), AuthMethod::Post);
        assert_eq!(method(&["private_key_jwt"]), AuthMethod::None);
    }

    #[test]
    fn basic_encodes_both_parts_before_joining_them() {
        let identity = Identity {
            id: String::from("a:b"),
            secret: Some(Secret::new(String::from("s e/"))),
            method: AuthMethod::Basic,
            origin: Origin::Registered,
        };
        let proof = identity.prove(identity.secret.as_ref());
        assert!(proof.fields.is_empty());
        let expected = format!("Basic {}", STANDARD.encode("a%3Ab:s+e%2F"));
        assert_eq!(proof.authorization.unwrap().to_str().unwrap(), expected);
    }

    #[test]
    fn a_configured_secret_is_not_written_into_records() {
        let resource = ProtectedResource {
            client_id: Some(String::from("id")),
            client_secret: Some(Secret::new(String::from("hush"))),
            ..ProtectedResource::default()
        };
        let identity = Identity::configured(&resource, None).unwrap();
        let record = serde_json::to_string(&identity).unwrap();
        assert!(!record.contains("hush"), "{record}");
        assert_eq!(identity.secret(&resource).unwrap().expose(), "hush");
    }
}
