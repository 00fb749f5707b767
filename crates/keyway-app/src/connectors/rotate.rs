use keyway_core::{Error, Principal, Secret};

use super::{AuthDraft, ConnectorPatch, ConnectorView, Connectors, HeaderDraft, OauthDraft, error};
use crate::audit::EventKind;

impl Connectors {
    /// Replaces the secret of a connector: the value of the header that is named, of its only one, or
    /// the secret of its OAuth client. Everything else stays.
    ///
    /// # Errors
    ///
    /// `invalid_input` where it has no such header, or several and none is named.
    pub async fn rotate(
        &self,
        who: &Principal,
        name: &str,
        header: Option<&str>,
        value: &Secret<String>,
    ) -> Result<ConnectorView, Error> {
        let kind = EventKind::ConnectorChanged;
        let stored = self.managed_by_hand(who, name, kind).await?;
        if value.expose().trim().is_empty() {
            return Err(Error::invalid_at("/value", "the new access token"));
        }
        let auth = match self.draft(who, &stored).await?.auth {
            AuthDraft::Headers(headers) => AuthDraft::Headers(replaced(headers, header, value)?),
            AuthDraft::Oauth(oauth) if oauth.client_id.is_some() => AuthDraft::Oauth(OauthDraft {
                client_secret: Some(value.clone()),
                ..oauth
            }),
            AuthDraft::None | AuthDraft::Oauth(_) => return Err(error::no_secret()),
        };
        let patch = ConnectorPatch {
            auth: Some(auth),
            ..ConnectorPatch::default()
        };
        let changed = self.change(who, name, stored.revision, patch).await;
        changed.map_err(|error| match error.problems() {
            [one] if one.pointer.ends_with("/value") => {
                Error::invalid_at("/value", one.expected.clone())
            }
            _ => error,
        })
    }
}

fn replaced(
    mut headers: Vec<HeaderDraft>,
    name: Option<&str>,
    value: &Secret<String>,
) -> Result<Vec<HeaderDraft>, Error> {
    let only = headers.len() == 1;
    let meant = headers.iter_mut().find(|header| match name {
        Some(name) => header
            .name
            .as_deref()
            .is_some_and(|own| own.eq_ignore_ascii_case(name)),
        None => only,
    });
    let meant =
        meant.ok_or_else(|| Error::invalid_at("/header", "the name of one of its headers"))?;
    meant.value = Some(value.clone());
    Ok(headers)
}
