use keyway_core::Secret;
use keyway_core::ports::ProtectedResource;
use url::Url;

use super::handle::Inner;
use crate::grant::{Grant, record_name};
use crate::identity::Origin;
use crate::provider::ProviderError;
use crate::{Forgotten, OAuthError, Revocation, SafeError, record};

/// Revokes what was granted, and forgets it.
pub(super) async fn run(
    inner: &Inner,
    key: &str,
    resource: &ProtectedResource,
) -> Result<Forgotten, OAuthError> {
    let safe = &*inner.parts.safe;
    let name = record_name(key, &resource.profile);
    let _lock = safe.lock(&name).await?;
    let revocation = match record::read::<Grant>(safe, &name).await {
        Ok(Some(grant)) => revoke(inner, resource, &grant).await,
        Ok(None) => Revocation::NotOffered,
        Err(SafeError::Corrupt(reason)) => Revocation::Failed(reason),
        Err(error) => return Err(error.into()),
    };
    inner.challenges.lock().remove(&name);
    Ok(Forgotten {
        existed: safe.remove(&name).await?,
        revocation,
    })
}

/// Takes back what a record that is kept elsewhere holds.
pub(super) async fn revoke_record(
    inner: &Inner,
    resource: &ProtectedResource,
    record: &[u8],
) -> Revocation {
    match serde_json::from_slice::<Grant>(record) {
        Ok(grant) => revoke(inner, resource, &grant).await,
        // The parser's error could show a piece of the record.
        Err(_) => Revocation::Failed(String::from("the record cannot be read")),
    }
}

/// Takes the tokens back at the server that gave them, the refresh token first: many servers end the
/// whole grant with it (RFC 7009 section 2.1).
async fn revoke(inner: &Inner, resource: &ProtectedResource, grant: &Grant) -> Revocation {
    let Some(endpoint) = &grant.revocation_endpoint else {
        return Revocation::NotOffered;
    };
    let refresh = grant
        .refresh_token
        .iter()
        .map(|token| ("refresh_token", token));
    let mut outcome = Revocation::Revoked;
    for (hint, token) in refresh.chain([("access_token", &grant.access_token)]) {
        match revoke_one(inner, resource, grant, endpoint, hint, token).await {
            Ok(()) => {}
            // A server may take back refresh tokens only; the access token ends with it or soon.
            Err(error) if is_unsupported(&error) && hint == "access_token" => {}
            Err(error) => outcome = Revocation::Failed(error.to_string()),
        }
    }
    outcome
}

async fn revoke_one(
    inner: &Inner,
    resource: &ProtectedResource,
    grant: &Grant,
    endpoint: &str,
    hint: &str,
    token: &Secret<String>,
) -> Result<(), OAuthError> {
    let url = Url::parse(endpoint).map_err(|_| OAuthError::BadUrl(String::from("the endpoint")))?;
    // The grant's own URL: the configured one may have changed since.
    let wire = inner.wire(&grant.url, resource)?;
    // A secret that is configured now for another URL or client is none of that server's business.
    let secret = match grant.unfit(resource) {
        Some(_) if grant.client.origin == Origin::Configured => None,
        _ => grant.client.secret(resource),
    };
    let proof = grant.client.prove(secret);
    let mut form = vec![
        ("token", token.expose().as_str()),
        ("token_type_hint", hint),
    ];
    form.extend(proof.fields);
    let answer = wire
        .post_form("the revocation endpoint", &url, &form, proof.authorization)
        .await?;
    if answer.status.is_success() {
        return Ok(());
    }
    let secrets: Vec<&str> = form.iter().map(|(_, value)| *value).collect();
    let error = ProviderError::read(answer.status, &answer.body, &secrets);
    Err(OAuthError::TokenRefused(error))
}

fn is_unsupported(error: &OAuthError) -> bool {
    matches!(error, OAuthError::TokenRefused(error) if error.error() == "unsupported_token_type")
}
