use std::net::SocketAddr;

use keyway_app::policy::Fault;
use keyway_app::setup::SetupError;
use keyway_core::action::Clash;
use keyway_core::channel::BadChannel;
use keyway_http::{BadMount, BadSignIn, ListenError};
use keyway_pages::Broken;
use keyway_store::StoreError;

use crate::policy::faults_of;

/// Why a gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// No API keys beyond loopback.
    #[error("refusing to serve without API keys on {0}: other machines could reach it")]
    OpenToOthers(SocketAddr),
    /// Actions that cannot be served together.
    #[error("the actions clash: {}", told(.0))]
    Clashes(Vec<Clash>),
    /// Agents that cannot be served.
    #[error("the agents cannot be used: {}", told(.0))]
    Agents(Vec<Clash>),
    /// Channels that cannot be there.
    #[error("the channels cannot be used: {}", told(.0))]
    Channels(Vec<BadChannel>),
    /// Endpoints that cannot be mounted.
    #[error("endpoints cannot be mounted: {}", told(.0))]
    Mounts(Vec<BadMount>),
    /// Providers that cannot be registered.
    #[error(transparent)]
    Providers(keyway_core::provider::BadProvider),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master key or the first start failed.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// An entry of `egress.allow`.
    #[error("`egress.allow` entry {number}: {reason}")]
    Egress {
        /// Which entry, from 1.
        number: usize,
        /// What is wrong with it.
        reason: keyway_egress::BadRule,
    },
    /// The operator's policies cannot be used.
    #[error("the policies cannot be used:\n{}", faults_of(.0))]
    Policies(Vec<Fault>),
    /// Pages that cannot be used.
    #[error("the templates cannot be used: {}", told(.0))]
    Templates(Vec<Broken>),
    /// A login or signup action of which no form can be made.
    #[error(transparent)]
    SignIn(#[from] BadSignIn),
    /// A fault of the system below.
    #[error("cannot {doing}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ServeError {
    /// A stable code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Listen(_) => "cannot_listen",
            Self::OpenToOthers(_) => "no_auth_beyond_loopback",
            Self::Clashes(_) => "actions_clash",
            Self::Agents(_) => "agents_unusable",
            Self::Channels(_) => "channels_unusable",
            Self::Mounts(_) => "mounts_unusable",
            Self::Providers(_) => "providers_unusable",
            Self::Store(_) => "store_unusable",
            Self::Setup(_) => "setup_failed",
            Self::Egress { .. } => "invalid_configuration",
            Self::Policies(_) => "invalid_policy",
            Self::Templates(_) => "templates_unusable",
            Self::SignIn(_) => "sign_in_action_unusable",
            Self::System { .. } => "system_failed",
        }
    }

    /// Each thing that is wrong by itself.
    pub(crate) fn told_apart(self) -> Vec<String> {
        match self {
            Self::Clashes(clashes) | Self::Agents(clashes) => {
                clashes.iter().map(ToString::to_string).collect()
            }
            other => vec![other.to_string()],
        }
    }

    /// What the reader can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Listen(ListenError::Taken(_)) => Some(
                "a gateway may already be running there; stop it, or choose another port with `--bind`",
            ),
            Self::Listen(_) => Some("choose another address with `--bind`"),
            Self::OpenToOthers(_) => Some("bind to 127.0.0.1, or leave `--no-auth` out"),
            Self::Clashes(_) => Some("give one of each pair another slug, URI or name"),
            Self::Setup(error) => error.hint(),
            Self::Policies(_) => Some("`keyway policy check` reads them without starting anything"),
            Self::Templates(_) => Some(
                "`keyway templates check` tries them; take a file away to have the one built in",
            ),
            Self::Agents(_) => {
                Some("`keyway validate` reads what is defined without starting anything")
            }
            Self::Channels(_)
            | Self::Mounts(_)
            | Self::Providers(_)
            | Self::Store(_)
            | Self::Egress { .. }
            | Self::SignIn(_)
            | Self::System { .. } => None,
        }
    }
}

fn told(all: &[impl ToString]) -> String {
    let all: Vec<_> = all.iter().map(ToString::to_string).collect();
    all.join("; ")
}
