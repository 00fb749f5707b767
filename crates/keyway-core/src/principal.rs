use std::sync::Arc;

use crate::{ApiKeyId, OrgId, UserId};

/// Who is behind a principal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A person, through one of their API keys.
    ApiKey {
        /// The key's row.
        key: ApiKeyId,
        /// Whose key it is.
        user: UserId,
    },
    /// The operator, at the terminal of the machine Keyway runs on.
    Local,
    /// Anyone who reaches a gateway started with `--no-auth`, which only binds to loopback.
    Anonymous,
}

/// Who is asking, and for which organization. Cheap to clone.
///
/// ```
/// use keyway_core::{OrgId, Principal, Subject};
///
/// let organization: OrgId = "org_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
/// let who = Principal::new(organization.clone(), Subject::Local);
/// assert_eq!(who.organization(), &organization);
/// assert_eq!(who.subject(), &Subject::Local);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Principal {
    inner: Arc<Inner>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Inner {
    organization: OrgId,
    subject: Subject,
}

impl Principal {
    /// A principal of `organization`.
    pub fn new(organization: OrgId, subject: Subject) -> Self {
        Self {
            inner: Arc::new(Inner {
                organization,
                subject,
            }),
        }
    }

    /// The organization the principal acts in.
    pub fn organization(&self) -> &OrgId {
        &self.inner.organization
    }

    /// Who is behind it.
    pub fn subject(&self) -> &Subject {
        &self.inner.subject
    }
}
