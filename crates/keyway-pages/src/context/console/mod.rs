//! The contexts of the console: one file a page, and what its pages share.

mod activity;
mod activity_event;
mod activity_log;
mod agents;
mod api_keys;
mod app;
mod approval;
mod approvals;
mod apps;
mod clients;
mod confirm;
mod connector;
mod connector_form;
mod external_people;
mod filled;
mod frame;
mod how_to_connect;
mod input;
mod integrations;
mod issued;
mod moment;
mod my_access;
mod my_connections;
mod my_sessions;
mod not_found;
mod overview;
mod pager;
mod people;
mod plot;
mod policy;
mod probe;
mod publication;
mod publication_form;
mod publications;
mod server_tools;
mod service_accounts;
mod session;
mod sessions;
mod settings;
mod took;
mod tool;
mod tools;
mod webhook_endpoints;
mod webhooks;

pub use activity::{Activity, EventKindLine, EventLine};
pub use activity_event::{ActivityEvent, Fact, Lent};
pub use activity_log::ActivityLog;
pub use agents::{Agent, AgentLine, Agents};
pub use api_keys::{ApiKeys, KeyLine, KeyPage, NewKey};
pub use app::{App, AppConfirm, AppInstance, PlaceOption, SecretField};
pub use approval::{ApprovalPage, DecidedLine};
pub use approvals::{ApprovalLine, ApprovalList};
pub use apps::{Apps, DefinitionLine, InstanceLine};
pub use clients::{ClientLine, ClientPage, Clients, GrantLine, Grants, NewClient};
pub use confirm::Confirm;
pub use connector::{Connector, ConsentShown, Health, StateLine};
pub use connector_form::ConnectorForm;
pub use external_people::{ExternalClaim, ExternalLine};
pub use filled::{Changed, Filled};
pub use frame::{Frame, Notice, Place, PlaceGroup};
pub use how_to_connect::{ClientHelp, HowToConnect, Snippet};
pub use input::{Input, InputKind, arguments, inputs};
pub use integrations::{ConfiguredLine, ConnectorLine, Integrations, ScopeShown, Standing};
pub use issued::Issued;
pub use moment::Moment;
pub use my_access::{MyAccess, OwnKey};
pub use my_connections::{ConnectionLine, MyConnections};
pub use my_sessions::{BrowserLine, MySessions};
pub use not_found::NotFound;
pub use overview::{Available, CallsLine, Overview, ServerLine, ToolCalls};
pub use pager::Pager;
pub use people::{InvitationLine, Invitations, Invite, MemberLine, MemberPage, People};
pub use plot::{Bar, Plot};
pub use policy::{Policy, PolicyCheck, PolicyOutcome, PolicyText};
pub use probe::ProbeShown;
pub use publication::{Installed, Publication};
pub use publication_form::{PublicationForm, ScopeLine};
pub use publications::{ProviderLine, PublicationLine, PublicationProviders, Publications};
pub use server_tools::{
    RiskLine, ServerChange, ServerChanges, ServerTool, ServerToolLine, ServerTools,
};
pub use service_accounts::{AccountLine, AccountPage, NewAccount, ServiceAccounts};
pub use session::{OriginLine, Session, TranscriptLine, WaitingLine};
pub use sessions::{SessionLine, Sessions};
pub use settings::{ProjectLine, ProjectPage, Projects, Settings, SignInFacts};
pub use took::Took;
pub use tool::{AnswerPart, Reason, ToolAnswer, ToolPage, Verdict};
pub use tools::{ToolLine, Tools};
pub use webhook_endpoints::{
    EndpointLine, EventTypeLine, MessageLine, NewWebhookEndpoint, WebhookEndpointPage,
    WebhookEndpoints,
};
pub use webhooks::{DeliveryLine, ReplyShown, WebhookPage, Webhooks};

/// Text from outside, as samples have it: none of it may be markup in a page.
pub const SAMPLE_OUTSIDE: &str = "Sample <i>client</i> \u{202e}dekcirt";
