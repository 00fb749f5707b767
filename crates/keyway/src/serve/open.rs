use std::sync::Arc;

use keyway_app::agents::Answering;
use keyway_app::policy::Policies;
use keyway_app::rotation::KeyWatch;
use keyway_app::setup::{MasterKeySource, Ready, first_start};
use keyway_app::system::SystemClock;
use keyway_app::{App, AppParts};
use keyway_core::Secret;
use keyway_core::channel::Channels;
use keyway_core::ports::{Clock, Random};
use keyway_egress::Egress;
use keyway_store::{Purpose, ServerLimits, Store, StoreError};
use keyway_vault::random::SystemRandom;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::definitions::Defining;
use super::{ServeError, connectors, upstreams};
use crate::Gateway;
use crate::config::Config;
use crate::policy::Sources;

/// A gateway's application over its own database, with nothing connected to it yet.
pub(crate) struct Opened {
    pub(crate) app: App,
    /// What makes its definitions anew.
    pub(super) defining: Defining,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    /// The way out to other machines.
    pub(crate) http: Arc<Egress>,
    /// The first API key, on the first start only.
    pub(crate) first_key: Option<Secret<String>>,
    /// The operator's policies as they were read.
    pub(crate) sources: Sources,
    /// What runs beside the requests.
    pub(crate) tasks: TaskTracker,
    /// Ends what runs beside the requests.
    pub(crate) ending: CancellationToken,
    /// The master keys, and where they are kept.
    pub(crate) keys: KeyWatch,
}

/// Opens the database, reads or makes the master key, and puts the application together.
pub(crate) async fn open(
    gateway: &Gateway,
    config: &Config,
    purpose: Purpose,
) -> Result<Opened, ServeError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let http = Arc::new(upstreams::egress(config)?);
    let (sources, policies) = policies(config)?;
    let store = open_store(config, purpose).await?;
    let providers = keyway_integrations::shipped()
        .and_then(|shipped| shipped.with(gateway.providers().iter()))
        .map_err(ServeError::Providers)?;
    let defining = Defining {
        gateway: gateway.clone(),
        clock: Arc::clone(&clock),
        store: store.clone(),
        providers: providers.clone(),
    };
    let definitions = defining.definitions(config)?;
    let master_key = MasterKeySource {
        value: config.master_key.value.clone(),
        command: config.master_key.command.clone(),
        file: config.master_key.file_path(&config.storage),
    };
    let mut ready: Ready = first_start(&store, &*clock, &random, &master_key).await?;
    let first_key = ready.first_key.take();
    let (tasks, ending) = (TaskTracker::new(), CancellationToken::new());
    let keys = KeyWatch {
        store: store.clone(),
        vault: ready.vault.clone(),
        source: master_key,
        random: Arc::clone(&random),
        seen: ready.key_epoch,
    };
    let app = App::new(AppParts {
        store: store.clone(),
        ready,
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        http: Arc::clone(&http) as _,
        definitions,
        settings: keyway_app::Settings {
            sign_in: config.sign_in.settings(),
            audit: config.audit.clone(),
            oauth: config.oauth.clone(),
            rate_limits: config.rate_limits,
            unannotated: config.policy.unannotated,
            pages_url: config.listen.public_url.clone(),
            approvals: config.approvals.clone(),
            deliveries: config.deliveries.clone(),
            webhooks: config.webhooks.clone(),
            agents: config.sessions.clone(),
            tasks: config.tasks.clone(),
            providers,
            oauth_clients: config.oauth_clients.settings(),
            channels: Channels::new(gateway.channels().to_vec()).map_err(ServeError::Channels)?,
            ..keyway_app::Settings::default()
        },
        tasks: tasks.clone(),
        shutdown: ending.clone(),
    });
    app.set_policies(policies);
    app.set_configured_servers(connectors::configured(gateway, config));
    let prober = connectors::Prober::new(gateway, &http, &clock, &tasks, &ending);
    app.set_prober(Arc::new(prober));
    app.set_models(Answering {
        model: config.models.model(&http),
        prices: config.models.prices(),
    });
    Ok(Opened {
        app,
        defining,
        store,
        clock,
        random,
        http,
        first_key,
        sources,
        tasks,
        ending,
        keys,
    })
}

/// The rows: on the server where one is named, in the file otherwise.
pub(crate) async fn open_store(config: &Config, purpose: Purpose) -> Result<Store, StoreError> {
    match &config.storage.url {
        Some(url) => Store::connect(url, ServerLimits::default()).await,
        None => Store::open(&config.storage.database_path(), purpose).await,
    }
}

/// The built-in policies and the operator's.
fn policies(config: &Config) -> Result<(Sources, Policies), ServeError> {
    let sources = Sources::read(config.policy.file.as_deref()).map_err(ServeError::Policies)?;
    let policies = sources.policies(config.policy.approvals);
    let policies = policies.map_err(ServeError::Policies)?;
    for warning in policies.warnings() {
        tracing::warn!("{warning}");
    }
    Ok((sources, policies))
}

#[cfg(test)]
mod tests {
    use keyway_core::Action;
    use keyway_core::action::Expose;

    use super::*;

    #[tokio::test]
    async fn actions_that_say_nothing_are_as_configured() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.storage.data_dir = dir.path().join("data");
        config.mcp.markdown_depth_limit = 2;
        config.expose.default = vec![crate::config::Surface::Mcp];
        let action = |slug: &str| {
            Action::new(slug, |_, _: serde_json::Value| async {
                Ok::<_, crate::Error>(1)
            })
        };
        let gateway = Gateway::builder()
            .action(action("silent"))
            .action(action("own").markdown_depth(4).expose(Expose::NONE))
            .build();
        let opened = Box::pin(open(&gateway, &config, Purpose::Command))
            .await
            .unwrap();
        let of = |slug: &str| {
            let definitions = opened.app.definitions();
            let action = definitions.registry().get(slug).unwrap().action();
            (action.get_markdown_depth(), action.exposure())
        };
        assert_eq!(of("silent"), (2, Expose::MCP));
        assert_eq!(of("own"), (4, Expose::NONE));
    }
}
