use keyway_core::credential::{ClientAuth, OAuth2, Quirks};

use crate::fault::Fault;
use crate::read::{Faults, Fields, Node};

/// The keys of an authorization server.
const KEYS: &[&str] = &[
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "revocation_endpoint",
    "resource",
    "scopes",
    "parameters",
    "client_auth",
    "scope_separator",
    "pkce",
    "token_at",
    "token_types",
    "lifetime",
];

/// The authorization server of a credential, as a manifest has it.
pub(super) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<OAuth2> {
    let fields = node.fields(KEYS, faults)?;
    let mut server = OAuth2::default();
    server.issuer = fields.text("issuer", faults);
    server.authorization_endpoint = fields.text("authorization_endpoint", faults);
    server.token_endpoint = fields.text("token_endpoint", faults);
    server.revocation_endpoint = fields.text("revocation_endpoint", faults);
    server.resource = fields.text("resource", faults);
    server.scopes = fields.texts("scopes", faults).unwrap_or_default();
    if let Some(parameters) = fields.get("parameters") {
        for (name, value) in parameters.members(faults) {
            let value = value.text(faults)?.to_owned();
            server.parameters.push((name.to_owned(), value));
        }
    }
    let auth = fields
        .get("client_auth")
        .and_then(|auth| auth.choice(&["basic", "post"], faults));
    server.client_auth = auth.map(|auth| match auth {
        "post" => ClientAuth::Post,
        _ => ClientAuth::Basic,
    });
    server.quirks = quirks(&fields, faults)?;
    if let Some(reason) = server.fault() {
        faults.push(Fault::new(node.at.clone(), reason));
        return None;
    }
    Some(server)
}

fn quirks(fields: &Fields<'_>, faults: &mut Faults) -> Option<Quirks> {
    let usual = Quirks::default();
    let scope_separator = match fields.get("scope_separator") {
        None => usual.scope_separator,
        Some(node) => {
            let mut signs = node.text(faults)?.chars();
            match (signs.next(), signs.next()) {
                (Some(sign), None) => sign,
                _ => return node.wrong("one sign, like `,`", faults),
            }
        }
    };
    Some(Quirks {
        scope_separator,
        pkce: fields.bool("pkce", faults).unwrap_or(usual.pkce),
        token_at: fields.text("token_at", faults),
        token_types: fields.texts("token_types", faults).unwrap_or_default(),
        lifetime: fields.duration("lifetime", faults),
    })
}
