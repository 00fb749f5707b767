use keyway_core::ports::ProtectedResource;

use super::handle::Inner;
use super::{Granted, complete};
use crate::discovery::{Pkce, given, locate};
use crate::grant::{By, Grant, record_name};
use crate::identity::Identity;
use crate::scopes::{Choice, OFFLINE};
use crate::tokens::Tokens;
use crate::{OAuthError, record};

/// Finds the authorization server of a resource, and gets tokens there for the client itself.
pub(super) async fn run(
    inner: &Inner,
    key: &str,
    resource: &ProtectedResource,
) -> Result<Granted, OAuthError> {
    let wire = inner.wire(&resource.url, resource)?;
    let described = resource.server.as_deref();
    let found = match described.filter(|server| server.found_at.is_none()) {
        Some(server) => given(&wire, server).await?,
        // No browser is sent anywhere: what the server does about PKCE is of no matter.
        None => locate(&wire, None, Pkce::AsDescribed).await?,
    };
    let methods = found.server.auth_methods.as_deref();
    let client = Identity::configured(resource, methods)
        .filter(|_| resource.client_secret.is_some())
        .ok_or_else(|| OAuthError::ClientIdNeeded(found.server.issuer.clone()))?;
    let choice = Choice {
        challenged: &found.challenged,
        configured: &resource.scopes,
        supported: &found.supported,
        wanted: &[],
        offered: &found.server.scopes,
    };
    // Nobody is asked anything that could be kept beyond this: a lasting grant makes no sense.
    let mut scopes = choice.select();
    scopes.retain(|scope| scope != OFFLINE);
    let requested = scopes.join(" ");
    let mut form = form(&requested);
    if !found.resource.is_empty() {
        form.push(("resource", found.resource.as_str()));
    }
    let proof = client.prove(client.secret(resource));
    let endpoint = &found.server.token_endpoint;
    let quirks = complete::quirks(resource);
    let tokens = Tokens::request(&wire, endpoint, &form, proof, &quirks).await?;
    let now = inner.parts.clock.now();
    let server = found.server;
    let mut grant = Grant {
        server: key.to_owned(),
        profile: resource.profile.clone(),
        url: resource.url.clone(),
        resource: found.resource,
        issuer: server.issuer,
        token_endpoint: server.token_endpoint.into(),
        revocation_endpoint: server.revocation_endpoint.map(Into::into),
        client,
        redirect_uri: String::new(),
        access_token: tokens.access.clone(),
        refresh_token: None,
        obtained_at: now,
        expires_at: None,
        requested: scopes.clone(),
        scopes,
        wanted: Vec::new(),
        refused: false,
        by: By::ClientCredentials,
    };
    grant.take(tokens, now);
    let name = record_name(key, &resource.profile);
    Ok(Granted {
        info: grant.info(&name),
        record: record::bytes(&name, &grant)?,
    })
}

/// What the token endpoint is asked for, without the resource and the proof of who asks.
pub(super) fn form(scopes: &str) -> Vec<(&'static str, &str)> {
    let mut form = vec![("grant_type", "client_credentials")];
    if !scopes.is_empty() {
        form.push(("scope", scopes));
    }
    form
}
