use keyway_core::credential::Quirks;
use keyway_core::ports::ProtectedResource;

use super::handle::Inner;
use super::pending::Pending;
use super::{Granted, callback};
use crate::grant::{By, Grant, record_name};
use crate::tokens::Tokens;
use crate::{GrantInfo, OAuthError, record};

/// Exchanges the code of the callback and keeps the grant.
pub(super) async fn run(
    inner: &Inner,
    pending: Pending,
    callback_url: &str,
) -> Result<GrantInfo, OAuthError> {
    let safe = &*inner.parts.safe;
    let name = record_name(&pending.key, &pending.resource.profile);
    // Held before the code is spent: a safe that is not to be had costs no sign-in.
    let _lock = safe.lock(&name).await?;
    let tokens = settled(inner, &pending, callback_url).await?;
    let grant = grant(inner, pending, tokens);
    record::write(safe, &name, &grant).await?;
    inner.challenges.lock().remove(&name);
    Ok(grant.info(&name))
}

/// Exchanges the code of the callback; whoever asked keeps what was granted.
pub(super) async fn exchange_only(
    inner: &Inner,
    pending: Pending,
    callback_url: &str,
) -> Result<Granted, OAuthError> {
    let name = record_name(&pending.key, &pending.resource.profile);
    let tokens = settled(inner, &pending, callback_url).await?;
    let grant = grant(inner, pending, tokens);
    Ok(Granted {
        info: grant.info(&name),
        record: record::bytes(&name, &grant)?,
    })
}

/// Exchanges the code, and keeps in mind whether the server still knows the client that was registered.
async fn settled(
    inner: &Inner,
    pending: &Pending,
    callback_url: &str,
) -> Result<Tokens, OAuthError> {
    let safe = &*inner.parts.safe;
    let exchanged = exchange(inner, pending, callback_url).await;
    if let (Err(error), Some(slot)) = (&exchanged, pending.slot())
        && wants_another_client(error)
    {
        slot.drop_client(safe, &pending.client.id).await?;
    }
    let tokens = exchanged?;
    if let Some(slot) = pending.slot() {
        slot.confirm(safe, &pending.client.id).await?;
    }
    Ok(tokens)
}

/// True when a newly registered client may get what this one does not: it is unknown, or was
/// registered with less.
pub(super) fn wants_another_client(error: &OAuthError) -> bool {
    match error {
        OAuthError::ClientRefused(_) => true,
        OAuthError::AuthorizationRefused(error) => error.error() == "invalid_scope",
        _ => false,
    }
}

/// The token request (RFC 6749 section 4.1.3, RFC 7636 section 4.5, RFC 8707 section 2.2).
async fn exchange(
    inner: &Inner,
    pending: &Pending,
    callback_url: &str,
) -> Result<Tokens, OAuthError> {
    let code = callback::code(pending, callback_url)?;
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code.expose().as_str()),
        ("redirect_uri", pending.redirect_uri.as_str()),
    ];
    let quirks = quirks(&pending.resource);
    if quirks.pkce {
        form.push(("code_verifier", pending.verifier.expose()));
    }
    if !pending.found.resource.is_empty() {
        form.push(("resource", pending.found.resource.as_str()));
    }
    let wire = inner.wire(&pending.resource.url, &pending.resource)?;
    let proof = pending
        .client
        .prove(pending.client.secret(&pending.resource));
    Tokens::request(
        &wire,
        &pending.found.server.token_endpoint,
        &form,
        proof,
        &quirks,
    )
    .await
}

/// What its authorization server does in a way of its own.
pub(super) fn quirks(resource: &ProtectedResource) -> Quirks {
    let described = resource.server.as_ref();
    described.map_or_else(Quirks::default, |of| of.quirks.clone())
}

fn grant(inner: &Inner, pending: Pending, tokens: Tokens) -> Grant {
    let now = inner.parts.clock.now();
    let server = pending.found.server;
    let mut grant = Grant {
        server: pending.key,
        profile: pending.resource.profile.clone(),
        url: pending.resource.url.clone(),
        resource: pending.found.resource,
        issuer: server.issuer,
        token_endpoint: server.token_endpoint.into(),
        revocation_endpoint: server.revocation_endpoint.map(Into::into),
        client: pending.client,
        redirect_uri: pending.redirect_uri,
        access_token: tokens.access.clone(),
        refresh_token: None,
        obtained_at: now,
        expires_at: None,
        requested: pending.scopes.clone(),
        scopes: pending.scopes,
        wanted: pending.wanted,
        refused: false,
        by: By::Consent,
    };
    grant.take(tokens, now);
    grant
}
