//! Typed identifiers: a short prefix that names the kind, then a UUID version 7.
//!
//! The prefix makes a wrong id recognisable in a log line, and the type makes it impossible to
//! pass one kind where another is meant.

use std::fmt;
use std::str::FromStr;

use crate::ports::{Clock, Random};

/// Why a text is not an id of the wanted kind. Carries no part of the text.
///
/// ```
/// use keyway_core::OrgId;
///
/// assert!("org_01890a5d-ac96-774b-bcce-b302099a8057".parse::<OrgId>().is_ok());
/// let wrong = "user_01890a5d-ac96-774b-bcce-b302099a8057".parse::<OrgId>().unwrap_err();
/// assert_eq!(wrong.to_string(), "expected an id of the form org_<uuid>");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}_<uuid>")]
pub struct BadId {
    prefix: &'static str,
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind starts with, before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Makes a new id: unique, and ordered by the time it was made.
            pub fn generate(clock: &dyn Clock, random: &dyn Random) -> Self {
                Self(format!("{}_{}", $prefix, v7(clock, random)))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix($prefix)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .filter(|rest| uuid::Uuid::try_parse(rest).is_ok())
                    .map(|_| Self(text.to_owned()))
                    .ok_or(BadId { prefix: $prefix })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

typed_ids! {
    /// An organization: the tenant every row belongs to.
    OrgId = "org";
    /// A person.
    UserId = "user";
    /// An API key, by its row; never the key itself.
    ApiKeyId = "key";
    /// A named slice of an organization.
    ProjectId = "proj";
    /// A machine identity of an organization.
    ServiceAccountId = "svc";
    /// An invitation into an organization.
    InvitationId = "inv";
    /// A person's web session. The legacy protocol's MCP session is something else.
    WebSessionId = "web";
    /// What someone let an OAuth client do for them.
    GrantId = "grant";
    /// One request as it appears in logs, errors and headers.
    RequestId = "req";
    /// One event in the audit log.
    AuditEventId = "evt";
    /// A stored instance of a credential.
    CredentialId = "cred";
    /// One conversation of an agent.
    SessionId = "sess";
    /// A piece of work that is queued, runs, or has ended.
    JobId = "job";
    /// A call that waits for a person's decision, or waited.
    ApprovalId = "appr";
    /// A remote MCP server that an administrator connected.
    ConnectorId = "conn";
    /// A provider installed in one workspace of a third party.
    InstallationId = "inst";
    /// An agent that is reached through an installation.
    PublicationId = "pub";
    /// Somebody at a third party who decides as a person here.
    PersonLinkId = "link";
    /// A webhook as it was recorded.
    DeliveryId = "dlv";
    /// Where an organization is told of what happens in it.
    WebhookEndpointId = "whe";
    /// A message to such an endpoint: its `webhook-id`.
    WebhookMessageId = "msg";
    /// A call that an MCP client comes back for.
    TaskId = "task";
}

pub(crate) fn v7(clock: &dyn Clock, random: &dyn Random) -> uuid::Uuid {
    let mut bytes = [0u8; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(clock.now().as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}
