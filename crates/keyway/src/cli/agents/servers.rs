//! The MCP servers an agent uses, connected for one command.

use std::time::Duration;

use keyway_app::agents::AgentView;
use keyway_core::ports::UpstreamState;

use crate::cli::invocation::Invocation;
use crate::cli::local::Local;
use crate::config::Loaded;
use crate::serve::{Setup, servers};

/// How long servers may take to connect before the agent begins without them.
const PATIENCE: Duration = Duration::from_secs(15);

/// Connects the servers of the configuration where the agent may use tools of some, and waits until
/// each is connected or cannot be. They are closed with what is local.
pub(super) async fn connect(
    invocation: &Invocation,
    local: &Local,
    loaded: Loaded,
    agent: &AgentView,
) {
    let uses = agent.tools.iter().any(|tool| may_be_of_server(tool));
    if !uses || loaded.config.mcp_servers.is_empty() {
        return;
    }
    let setup = Setup {
        environment: invocation.environment.clone(),
        ..Setup::new(loaded.config)
    };
    let mut servers = servers(&invocation.gateway, &setup, local.opened());
    servers.take(&setup.config, &[]).await;
    let (app, who) = (local.app(), local.app().local());
    let settled = async {
        let coming = |state| matches!(state, UpstreamState::Configured | UpstreamState::Connecting);
        while app
            .upstream_statuses(&who)
            .iter()
            .any(|status| coming(status.state))
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // One that does not come is not waited for: the model is told what is there.
    let _ = tokio::time::timeout(PATIENCE, settled).await;
}

/// A name that stands for tools of a server, or a pattern that may.
fn may_be_of_server(tool: &str) -> bool {
    tool.starts_with("mcp__") || tool.contains('*')
}
