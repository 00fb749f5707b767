//! What the authorization server and its resources publish about themselves.

use keyway_core::scopes::Scope;
use serde_json::{Map, Value, json};

use super::client::{AuthMethod, GrantType};
use super::{Endpoint, Issuer, Resource, Resources};

/// The well-known name of RFC 8414 section 3.
const OAUTH: &str = "/.well-known/oauth-authorization-server";
/// The well-known name of `OpenID` Connect Discovery section 4.
const OPENID: &str = "/.well-known/openid-configuration";

/// What the operator offers beyond what is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Dynamic registration.
    pub registration: Switch,
    /// Client ID Metadata Documents.
    pub documents: Switch,
}

/// Whether something is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// It is.
    On,
    /// It is not.
    Off,
}

/// A document under `/.well-known/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document<'a> {
    /// About the authorization server: RFC 8414, and the form of `OpenID` Connect Discovery.
    AuthorizationServer,
    /// About a resource (RFC 9728).
    ProtectedResource(&'a Resource),
}

impl<'a> Document<'a> {
    /// What is published at a path, as a client writes it after the origin of the issuer.
    ///
    /// The well-known names stand in front of the issuer's path (RFC 8414 section 3.1, RFC 9728
    /// section 3.1) and, in the older form of `OpenID` Connect Discovery section 4, behind it. The
    /// bare name of RFC 9728 stands for the default resource. Resources that do not exist have no
    /// document.
    pub fn at(issuer: &Issuer, resources: &'a Resources, path: &str) -> Option<Self> {
        let mut own = Self::server_paths(issuer);
        if own.any(|known| known == path) {
            return Some(Self::AuthorizationServer);
        }
        if path == super::resource::WELL_KNOWN {
            return Some(Self::ProtectedResource(resources.default_resource()));
        }
        let mut all = resources.iter();
        all.find(|resource| resource.metadata_path() == path)
            .map(Self::ProtectedResource)
    }

    /// Every path at which something is published.
    pub fn paths(issuer: &Issuer, resources: &Resources) -> Vec<String> {
        let mut paths: Vec<String> = Self::server_paths(issuer).collect();
        paths.push(super::resource::WELL_KNOWN.to_owned());
        paths.extend(resources.iter().map(Resource::metadata_path));
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    fn server_paths(issuer: &Issuer) -> impl Iterator<Item = String> {
        let path = issuer.path();
        [OAUTH, OPENID]
            .into_iter()
            .flat_map(move |name| [format!("{name}{path}"), format!("{path}{name}")])
    }

    /// The document.
    pub fn to_json(&self, issuer: &Issuer, offer: Offer) -> Value {
        match self {
            Self::AuthorizationServer => authorization_server(issuer, offer),
            Self::ProtectedResource(resource) => protected_resource(issuer, resource),
        }
    }
}

/// The metadata of the authorization server (RFC 8414 section 2). Tokens are opaque, so there is no
/// `jwks_uri`.
pub fn authorization_server(issuer: &Issuer, offer: Offer) -> Value {
    let methods: Vec<_> = AuthMethod::ALL
        .iter()
        .map(|method| method.as_str())
        .collect();
    let grants: Vec<_> = GrantType::ALL.iter().map(|grant| grant.as_str()).collect();
    let algorithms = crate::jwt::Algorithm::ALL.map(crate::jwt::Algorithm::as_str);
    let mut document = json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.endpoint(Endpoint::Authorize),
        "token_endpoint": issuer.endpoint(Endpoint::Token),
        "revocation_endpoint": issuer.endpoint(Endpoint::Revoke),
        "introspection_endpoint": issuer.endpoint(Endpoint::Introspect),
        "device_authorization_endpoint": issuer.endpoint(Endpoint::DeviceAuthorization),
        "scopes_supported": scopes(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": grants,
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": offer.documents == Switch::On,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "prompt_values_supported": ["none", "login", "consent"],
        "subject_types_supported": ["public"],
    });
    if let (Switch::On, Value::Object(fields)) = (offer.registration, &mut document) {
        insert(
            fields,
            "registration_endpoint",
            issuer.endpoint(Endpoint::Register),
        );
    }
    document
}

/// The metadata of a resource (RFC 9728 section 2).
pub fn protected_resource(issuer: &Issuer, resource: &Resource) -> Value {
    json!({
        "resource": resource.as_str(),
        "resource_name": "Keyway",
        "authorization_servers": [issuer.as_str()],
        "scopes_supported": [Scope::Mcp.to_string()],
        "bearer_methods_supported": ["header"],
    })
}

fn scopes() -> Vec<String> {
    Scope::PLAIN.iter().map(Scope::to_string).collect()
}

fn insert(fields: &mut Map<String, Value>, name: &str, value: String) {
    fields.insert(name.to_owned(), Value::String(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: Offer = Offer {
        registration: Switch::On,
        documents: Switch::On,
    };

    fn world(issuer: &str) -> (Issuer, Resources) {
        let issuer = Issuer::parse(issuer).unwrap();
        let mcp = Resource::below(&issuer, "/mcp");
        (issuer, Resources::new(mcp, []))
    }

    #[test]
    fn documents_are_at_their_places_and_nowhere_else() {
        let (issuer, resources) = world("https://keyway.example");
        assert_eq!(
            Document::paths(&issuer, &resources),
            [
                "/.well-known/oauth-authorization-server",
                "/.well-known/oauth-protected-resource",
                "/.well-known/oauth-protected-resource/mcp",
                "/.well-known/openid-configuration",
            ]
        );
        for path in Document::paths(&issuer, &resources) {
            assert!(Document::at(&issuer, &resources, &path).is_some());
        }
        for path in [
            "",
            "/.well-known",
            "/.well-known/oauth-authorization-server/mcp",
            "/.well-known/oauth-protected-resource/",
            "/.well-known/oauth-protected-resource/else",
            "/.well-known/oauth-protected-resource/mcp/",
            "/.well-known/oauth-protected-resource/mcp/x",
            "/mcp/.well-known/oauth-protected-resource",
            "/.well-known/jwks.json",
        ] {
            assert_eq!(Document::at(&issuer, &resources, path), None, "{path}");
        }
    }

    #[test]
    fn an_issuer_with_a_path_has_both_forms() {
        let (issuer, resources) = world("https://keyway.example/team");
        assert_eq!(
            Document::paths(&issuer, &resources),
            [
                "/.well-known/oauth-authorization-server/team",
                "/.well-known/oauth-protected-resource",
                "/.well-known/oauth-protected-resource/team/mcp",
                "/.well-known/openid-configuration/team",
                "/team/.well-known/oauth-authorization-server",
                "/team/.well-known/openid-configuration",
            ]
        );
    }

    #[test]
    fn the_client_role_finds_what_it_needs() {
        let (issuer, _) = world("https://keyway.example");
        let document = authorization_server(&issuer, OFFER);
        assert_eq!(document["issuer"], "https://keyway.example");
        assert_eq!(
            document["code_challenge_methods_supported"],
            json!(["S256"])
        );
        assert_eq!(document["response_types_supported"], json!(["code"]));
        for supported in [
            "authorization_response_iss_parameter_supported",
            "client_id_metadata_document_supported",
        ] {
            assert_eq!(document[supported], true);
        }
        for place in [
            "authorization_endpoint",
            "token_endpoint",
            "registration_endpoint",
            "revocation_endpoint",
            "introspection_endpoint",
            "device_authorization_endpoint",
        ] {
            let url = document[place].as_str().unwrap();
            assert!(url.starts_with("https://keyway.example/oauth/"), "{url}");
        }
        assert_eq!(
            document["token_endpoint_auth_methods_supported"],
            json!([
                "none",
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt"
            ])
        );
        assert_eq!(document["scopes_supported"][0], "mcp");
        assert_eq!(document["jwks_uri"], Value::Null);
    }

    #[test]
    fn what_is_switched_off_is_not_offered() {
        let (issuer, _) = world("https://keyway.example");
        let offer = Offer {
            registration: Switch::Off,
            documents: Switch::Off,
        };
        let document = authorization_server(&issuer, offer);
        assert!(document.get("registration_endpoint").is_none());
        assert_eq!(document["client_id_metadata_document_supported"], false);
    }

    #[test]
    fn a_resource_names_its_server() {
        let (issuer, resources) = world("https://keyway.example");
        let path = "/.well-known/oauth-protected-resource/mcp";
        let document = Document::at(&issuer, &resources, path).unwrap();
        assert_eq!(
            document.to_json(&issuer, OFFER),
            json!({
                "resource": "https://keyway.example/mcp",
                "resource_name": "Keyway",
                "authorization_servers": ["https://keyway.example"],
                "scopes_supported": ["mcp"],
                "bearer_methods_supported": ["header"],
            })
        );
    }
}
