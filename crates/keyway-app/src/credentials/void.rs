use keyway_core::ports::ProtectedResource;
use keyway_core::{CredentialDefinition, Error, OrgId, Principal, Secret};
use keyway_oauth::{Client, Revocation};

use super::Credentials;
use crate::audit::{Event, EventKind};

/// What people agreed to for a credential, as it stood before it ends.
pub(crate) struct Consents {
    organization: OrgId,
    key: String,
    resource: ProtectedResource,
    client: Client,
}

/// Tokens that are gone here, and still to be taken back where they came from.
pub(crate) struct Granted {
    resource: ProtectedResource,
    client: Client,
    record: Secret<Vec<u8>>,
}

impl Credentials {
    /// What there is to end of a credential, as it is defined at this moment. `None` where it has no
    /// authorization server.
    pub(crate) fn consents(
        &self,
        organization: &OrgId,
        definition: &CredentialDefinition,
    ) -> Option<Consents> {
        let grants = &self.parts.grants;
        Some(Consents {
            organization: organization.clone(),
            key: definition.key().to_owned(),
            resource: grants.resource(organization, definition)?,
            client: grants.client(organization, definition),
        })
    }

    /// Ends every instance of a credential, whoever's it is, and forgets the clients that were registered
    /// for it. Answers what is still to be taken back.
    pub(crate) async fn end(
        &self,
        who: &Principal,
        consents: Consents,
        why: &str,
    ) -> Result<Vec<Granted>, Error> {
        let (store, organization) = (&self.parts.store, &consents.organization);
        let key = consents.key.as_str();
        let mut granted = Vec::new();
        for one in store.credentials_of(organization, Some(key)).await? {
            let event = Event::new(EventKind::CredentialRevoked, who)
                .target("credential", one.id.as_str())
                .detail("key", key)
                .detail("because", why);
            let ended = async {
                let record = self.parts.grants.record(organization, &one.id).await;
                store.delete_credential(organization, &one.id).await?;
                Ok::<_, Error>(record)
            };
            let record = self.parts.audit.change(event, ended).await?;
            granted.extend(record.map(|(record, _)| Granted {
                resource: consents.resource.clone(),
                client: consents.client.clone(),
                record,
            }));
        }
        store.delete_credential_clients(organization, key).await?;
        self.forget();
        Ok(granted)
    }
}

impl Granted {
    /// Takes it back at the authorization server, where that offers it (RFC 7009). Its word changes
    /// nothing here.
    pub(crate) async fn take_back(self) {
        let revoked = self
            .client
            .revoke(&self.resource, self.record.expose())
            .await;
        if let Revocation::Failed(reason) = revoked {
            tracing::warn!(%reason, "tokens were not taken back at their server");
        }
    }
}
