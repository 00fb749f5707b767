//! Rows: organizations, people, API keys, and facts about the installation.
//!
//! [`Store`] is one concrete struct over two engines: SQLite and PostgreSQL. Every call names its organization, and another organization's
//! row is "not there"; the two exceptions say so and why. Moments and ids come in, so nothing here
//! reads a clock.

mod announced;
mod api_keys;
mod approvals;
mod audit;
mod connectors;
mod credential_clients;
mod credential_grants;
mod credential_sign_ins;
mod credentials;
mod credentials_page;
mod deliveries;
mod ending;
mod engine;
mod error;
mod external_people;
mod facts;
mod first;
mod installations;
mod invitations;
mod jobs;
mod lock;
mod memberships;
mod migrations;
mod named;
pub mod oauth;
mod one_time_links;
mod organizations;
mod outbox;
mod people;
mod postgres;
mod projects;
mod publications;
mod schedules;
mod secret_columns;
mod seen;
mod server_tools;
mod service_accounts;
mod sessions;
mod slice;
mod sqlite;
mod stats;
mod store;
mod tasks;
mod users;
mod web_sessions;
mod webhook_endpoints;
mod webhook_messages;
mod writing;

pub use announced::{Announced, announced};
pub use api_keys::{ApiKey, Credential, NewApiKey, Use};
pub use approvals::{
    Approval, ApprovalFilter, ApprovalLease, ApprovalQuestion, ApprovalState, DecideApproval,
    NewApproval, NewQuestion, ParkedApproval, UnknownApprovalState, WhoDecided,
};
pub use audit::{
    AuditCheckpoint, AuditFilter, AuditFound, AuditHead, AuditLog, AuditRow, Durability, GENESIS,
    Hash, NewAuditEvent, checkpoint_text, event_hash,
};
pub use connectors::{ConnectorChange, ConnectorReach, NewConnector, StoredConnector};
pub use credential_grants::{GrantHealth, NewGrant};
pub use credential_sign_ins::{CredentialSignIn, SignInOf};
pub use credentials::{CredentialPlace, NewStoredCredential, StoredCredential};
pub use credentials_page::CredentialFilter;
pub use deliveries::{Delivery, DeliveryFilter, DeliveryJob, DeliveryReply, NewDelivery, Recorded};
pub use error::{Reason, StoreError};
pub use external_people::{Claimed, ExternalClaim, ExternalIdentity, ExternalPerson};
pub use first::{FirstRows, FirstStart};
pub use installations::{
    InstallAttempt, InstallationState, InstallationWrite, Installed, SealedWrite, SetupLink,
    StoredInstallation, UnknownInstallationState, Written,
};
pub use invitations::{Accepting, Invitation};
pub use jobs::{
    Busy, ClaimJobs, ClaimedJob, Ended as JobEnd, Job, JobFilter, JobLease, JobState, NewJob,
    QueuedJob, StoppedJobs, UnknownState,
};
pub use keyway_core::Role;
pub use lock::RotationLock;
pub use memberships::Membership;
pub use named::{Name, NamedKind};
pub use one_time_links::{Credentials, OneTimeLink, Purpose as LinkPurpose};
pub use organizations::Organization;
pub use outbox::OutboxRow;
pub use people::{Identity, NewPerson, Person};
pub use postgres::ServerLimits;
pub use projects::Project;
pub use publications::{
    Door, NewPublication, PublicationChange, PublicationDay, PublicationFilter, PublicationMost,
    StoredPublication,
};
pub use schedules::Schedule;
pub use secret_columns::{
    KEY_CHECK, RETIRED_SIGNING_KEYS, SECRET_COLUMNS, SealedRow, SecretColumn,
};
pub use seen::{Changed, Seen};
pub use server_tools::{
    AcceptedTool, HeldTool, NewTools, PinWrite, Pinning, ServerSettings, ServerTools, ToolPin,
    ToolSettings,
};
pub use service_accounts::ServiceAccount;
pub use sessions::{
    ApprovedLate, Archiving, AtWork, NewSession, NewSessionEvent, QueueMessage, QueuedMessage,
    Session, SessionEvent, SessionFilter, SessionLease, TurnEnd, TurnUsage, UnknownTurnEnd,
    WaitingMessage, approved_key, turn_key,
};
pub use slice::Slice;
pub use stats::{
    BOUNDS_MICROS, CallCounts, CallStats, CallsOf, NewCallStats, ServerStateRow, Span, StoredState,
};
pub use store::{Limits, Purpose, Store};
pub use tasks::{BegunTask, NewTask, StoredTask, TaskEnd, TaskRoom, TaskState};
pub use users::Member;
pub use web_sessions::{Alive, WebSession};
pub use webhook_endpoints::{
    EndpointChange, EndpointHealth, NewWebhookEndpoint, OffReason, RotatedEndpoint,
    StoredWebhookEndpoint, WebhookEvent,
};
pub use webhook_messages::{
    MessageAttempt, MessageFilter, NewWebhookMessage, SendableMessage, StoredWebhookMessage,
};
