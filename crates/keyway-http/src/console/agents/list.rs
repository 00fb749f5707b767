use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::agents::AgentView;
use keyway_pages::console_context::{AgentLine, Agents};

use crate::console::member::Member;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/agents`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    member: Member,
) -> Result<Response, Refusal> {
    let agents = shared.app.agents(member.who());
    let page = Agents {
        agents: agents.into_iter().map(line).collect(),
    };
    member.show(&shared, &page).await
}

/// An agent as a page has it.
pub(super) fn line(view: AgentView) -> AgentLine {
    AgentLine {
        slug: view.slug,
        name: view.name,
        description: view.description,
        model: view.model,
        tools: view.tools,
    }
}
