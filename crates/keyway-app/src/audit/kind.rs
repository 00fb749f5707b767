/// What an event tells of. The list is closed: a new kind is added here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventKind {
    /// A tool or an action was called.
    Call,
    /// A resource was read.
    ResourceRead,
    /// A prompt was fetched.
    PromptFetched,
    /// Completions of an argument were asked for.
    CompletionAsked,

    /// Someone signed in.
    SignIn,
    /// Someone could not sign in.
    SignInFailed,
    /// Someone signed out.
    SignOut,
    /// A web session was ended from elsewhere.
    WebSessionRevoked,
    /// A link to set up or reset a password was made.
    LinkMade,
    /// Such a link was used.
    LinkUsed,
    /// A password was set or changed.
    PasswordChanged,
    /// An identity of another issuer was linked with a person, or taken from them.
    IdentityChanged,

    /// An organization was made, changed or removed.
    OrganizationChanged,
    /// A project was made, changed or removed.
    ProjectChanged,
    /// A person was changed: name, address, disabled.
    UserChanged,
    /// Someone became a member.
    MemberAdded,
    /// A member's role changed.
    MemberChanged,
    /// Someone is no member any more.
    MemberRemoved,
    /// An invitation was made.
    InvitationMade,
    /// An invitation was accepted.
    InvitationAccepted,
    /// An invitation was taken back.
    InvitationRevoked,
    /// A service account was made.
    ServiceAccountMade,
    /// A service account was changed or disabled.
    ServiceAccountChanged,
    /// A service account was removed.
    ServiceAccountRemoved,
    /// An API key was made.
    ApiKeyMade,
    /// An API key was replaced.
    ApiKeyRotated,
    /// An API key got another name.
    ApiKeyChanged,
    /// An API key was ended.
    ApiKeyRevoked,
    /// What is stored of a credential was set.
    CredentialSet,
    /// A credential got another name, or became the default.
    CredentialChanged,
    /// A credential was deleted.
    CredentialRevoked,
    /// Someone connected a credential at its service's authorization server, or could not.
    CredentialConnected,
    /// A credential's authorization server gave no new token.
    CredentialRefreshFailed,

    /// An OAuth client was registered.
    ClientRegistered,
    /// An OAuth client was changed or disabled.
    ClientChanged,
    /// An OAuth client was removed.
    ClientRemoved,
    /// A person said no on the consent page.
    ConsentDenied,
    /// Someone let a client act for them.
    GrantMade,
    /// A grant was ended.
    GrantRevoked,
    /// Tokens were given out.
    TokenIssued,
    /// A code or refresh token came a second time: everything of its grant was ended.
    TokenReplayed,
    /// A token was ended by its client.
    TokenRevoked,

    /// A remote MCP server was connected.
    ConnectorMade,
    /// Such a connector was changed.
    ConnectorChanged,
    /// A connector was removed.
    ConnectorRemoved,
    /// A connector was tried out, or connected to anew.
    ConnectorTested,

    /// A master key was made or retired.
    MasterKeyChanged,
    /// A run in the background was asked for.
    JobQueued,
    /// A job that had ended was queued again.
    JobRetried,
    /// A job was taken back.
    JobCancelled,

    /// Somebody stopped an agent's turn.
    SessionInterrupted,
    /// A session was archived.
    SessionArchived,
    /// A session was taken out of the archive.
    SessionUnarchived,
    /// A call was parked until somebody decides about it.
    ApprovalAsked,
    /// Somebody decided about a call.
    ApprovalDecided,
    /// What was asked about, or approved, does not count any more.
    ApprovalVoided,

    /// Policy was replaced.
    PolicyChanged,
    /// A policy was refused; the one before stays.
    PolicyRefused,
    /// What the gateway defines was replaced.
    DefinitionsChanged,
    /// Definitions were refused; those before stay.
    DefinitionsRefused,
    /// MCP servers were added, changed or removed.
    ServersChanged,
    /// What is shown of an MCP server was changed.
    ServerSettingsChanged,
    /// What is shown of a tool of an MCP server was changed.
    ToolSettingsChanged,
    /// An MCP server changed tools, or lists new ones: they are held back.
    ToolChangesHeld,
    /// A changed or new tool was accepted.
    ToolAccepted,
    /// A changed or new tool was rejected.
    ToolRejected,
    /// An agent was published.
    PublicationMade,
    /// A publication was changed, paused or resumed.
    PublicationChanged,
    /// A publication was removed.
    PublicationRemoved,
    /// Somebody set out to install a provider.
    InstallBegun,
    /// A provider was installed, or could not be.
    InstallationInstalled,
    /// An installation was changed, or moved to another state.
    InstallationChanged,
    /// What webhooks of an installation are signed with was replaced.
    InstallationRotated,
    /// A provider was uninstalled.
    InstallationRemoved,
    /// A link to install a provider with was made.
    SetupLinkMade,
    /// Such a link was revoked.
    SetupLinkRevoked,
    /// Somebody at a third party decides as a person here from now on, or may not.
    ExternalPersonLinked,
    /// They do no more.
    ExternalPersonUnlinked,
    /// Somebody wanted a delivery once more.
    DeliveryReplayed,
    /// Somebody wanted the organization's events told to an address.
    WebhookEndpointMade,
    /// A webhook endpoint was changed, switched on or off.
    WebhookEndpointChanged,
    /// A webhook endpoint was removed.
    WebhookEndpointRemoved,
    /// What messages to a webhook endpoint are signed with was replaced.
    WebhookEndpointRotated,
    /// The gateway switched a webhook endpoint off, because it is gone or failed for too long.
    WebhookEndpointSwitchedOff,
    /// An example was sent to a webhook endpoint.
    WebhookEndpointTested,
    /// Somebody wanted messages sent to a webhook endpoint once more.
    WebhookMessageReplayed,
    /// The audit log was exported.
    AuditExported,
}

/// Each kind with its name.
const NAMES: &[(EventKind, &str)] = &[
    (EventKind::Call, "call"),
    (EventKind::ResourceRead, "resource_read"),
    (EventKind::PromptFetched, "prompt_fetched"),
    (EventKind::CompletionAsked, "completion_asked"),
    (EventKind::SignIn, "sign_in"),
    (EventKind::SignInFailed, "sign_in_failed"),
    (EventKind::SignOut, "sign_out"),
    (EventKind::WebSessionRevoked, "web_session_revoked"),
    (EventKind::LinkMade, "link_made"),
    (EventKind::LinkUsed, "link_used"),
    (EventKind::PasswordChanged, "password_changed"),
    (EventKind::IdentityChanged, "identity_changed"),
    (EventKind::OrganizationChanged, "organization_changed"),
    (EventKind::ProjectChanged, "project_changed"),
    (EventKind::UserChanged, "user_changed"),
    (EventKind::MemberAdded, "member_added"),
    (EventKind::MemberChanged, "member_changed"),
    (EventKind::MemberRemoved, "member_removed"),
    (EventKind::InvitationMade, "invitation_made"),
    (EventKind::InvitationAccepted, "invitation_accepted"),
    (EventKind::InvitationRevoked, "invitation_revoked"),
    (EventKind::ServiceAccountMade, "service_account_made"),
    (EventKind::ServiceAccountChanged, "service_account_changed"),
    (EventKind::ServiceAccountRemoved, "service_account_removed"),
    (EventKind::ApiKeyMade, "api_key_made"),
    (EventKind::ApiKeyRotated, "api_key_rotated"),
    (EventKind::ApiKeyChanged, "api_key_changed"),
    (EventKind::ApiKeyRevoked, "api_key_revoked"),
    (EventKind::CredentialSet, "credential_set"),
    (EventKind::CredentialChanged, "credential_changed"),
    (EventKind::CredentialRevoked, "credential_revoked"),
    (EventKind::CredentialConnected, "credential_connected"),
    (
        EventKind::CredentialRefreshFailed,
        "credential_refresh_failed",
    ),
    (EventKind::ClientRegistered, "client_registered"),
    (EventKind::ClientChanged, "client_changed"),
    (EventKind::ClientRemoved, "client_removed"),
    (EventKind::ConsentDenied, "consent_denied"),
    (EventKind::GrantMade, "grant_made"),
    (EventKind::GrantRevoked, "grant_revoked"),
    (EventKind::TokenIssued, "token_issued"),
    (EventKind::TokenReplayed, "token_replayed"),
    (EventKind::TokenRevoked, "token_revoked"),
    (EventKind::ConnectorMade, "connector_made"),
    (EventKind::ConnectorChanged, "connector_changed"),
    (EventKind::ConnectorRemoved, "connector_removed"),
    (EventKind::ConnectorTested, "connector_tested"),
    (EventKind::MasterKeyChanged, "master_key_changed"),
    (EventKind::JobQueued, "job_queued"),
    (EventKind::JobRetried, "job_retried"),
    (EventKind::JobCancelled, "job_cancelled"),
    (EventKind::SessionInterrupted, "session_interrupted"),
    (EventKind::SessionArchived, "session_archived"),
    (EventKind::SessionUnarchived, "session_unarchived"),
    (EventKind::ApprovalAsked, "approval_asked"),
    (EventKind::ApprovalDecided, "approval_decided"),
    (EventKind::ApprovalVoided, "approval_voided"),
    (EventKind::PolicyChanged, "policy_changed"),
    (EventKind::PolicyRefused, "policy_refused"),
    (EventKind::DefinitionsChanged, "definitions_changed"),
    (EventKind::DefinitionsRefused, "definitions_refused"),
    (EventKind::ServersChanged, "servers_changed"),
    (EventKind::ServerSettingsChanged, "server_settings_changed"),
    (EventKind::ToolSettingsChanged, "tool_settings_changed"),
    (EventKind::ToolChangesHeld, "tool_changes_held"),
    (EventKind::ToolAccepted, "tool_accepted"),
    (EventKind::ToolRejected, "tool_rejected"),
    (EventKind::PublicationMade, "publication_made"),
    (EventKind::PublicationChanged, "publication_changed"),
    (EventKind::PublicationRemoved, "publication_removed"),
    (EventKind::InstallBegun, "install_begun"),
    (EventKind::InstallationInstalled, "installation_installed"),
    (EventKind::InstallationChanged, "installation_changed"),
    (EventKind::InstallationRotated, "installation_rotated"),
    (EventKind::InstallationRemoved, "installation_removed"),
    (EventKind::SetupLinkMade, "setup_link_made"),
    (EventKind::SetupLinkRevoked, "setup_link_revoked"),
    (EventKind::ExternalPersonLinked, "external_person_linked"),
    (
        EventKind::ExternalPersonUnlinked,
        "external_person_unlinked",
    ),
    (EventKind::DeliveryReplayed, "delivery_replayed"),
    (EventKind::WebhookEndpointMade, "webhook_endpoint_made"),
    (
        EventKind::WebhookEndpointChanged,
        "webhook_endpoint_changed",
    ),
    (
        EventKind::WebhookEndpointRemoved,
        "webhook_endpoint_removed",
    ),
    (
        EventKind::WebhookEndpointRotated,
        "webhook_endpoint_rotated",
    ),
    (
        EventKind::WebhookEndpointSwitchedOff,
        "webhook_endpoint_switched_off",
    ),
    (EventKind::WebhookEndpointTested, "webhook_endpoint_tested"),
    (
        EventKind::WebhookMessageReplayed,
        "webhook_message_replayed",
    ),
    (EventKind::AuditExported, "audit_exported"),
];

impl EventKind {
    /// True unless it tells of a call, a look or somebody coming and going.
    pub(crate) fn is_change(self) -> bool {
        !matches!(
            self,
            Self::Call
                | Self::ResourceRead
                | Self::PromptFetched
                | Self::CompletionAsked
                | Self::SignIn
                | Self::SignInFailed
                | Self::SignOut
        )
    }

    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(kind, _)| *kind)
    }

    /// The kind as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        let found = NAMES.iter().find(|(kind, _)| *kind == self);
        found.map_or("unknown", |(_, name)| name)
    }
}

impl std::fmt::Display for EventKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text names no kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such kind of event")]
pub struct UnknownKind;

impl std::str::FromStr for EventKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let found = NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(kind, _)| *kind).ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        for kind in EventKind::all() {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        // The last one; the list has as many names as there are kinds.
        assert_eq!(NAMES.len(), EventKind::AuditExported as usize + 1);
    }
}
