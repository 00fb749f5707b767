//! The same echo tool, served by rmcp: stateless, answering with JSON.

use axum::Router;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{Json, tool, tool_handler, tool_router};

use super::echo::Echo;

#[derive(Clone)]
struct Server {
    tool_router: ToolRouter<Self>,
}

#[tool_handler(router = self.tool_router)]
impl rmcp::ServerHandler for Server {}

#[tool_router(router = tool_router)]
impl Server {
    fn new() -> Self {
        Self {
            tool_router: Self::tool_router(),
        }
    }

    #[tool(
        name = "echo",
        description = "Gives back what it is given",
        annotations(read_only_hint = true)
    )]
    async fn echo(&self, Parameters(echo): Parameters<Echo>) -> Result<Json<Echo>, String> {
        Ok(Json(echo))
    }

    #[tool(
        name = "put",
        description = "Gives back what it is given, and might change something"
    )]
    async fn put(&self, Parameters(echo): Parameters<Echo>) -> Result<Json<Echo>, String> {
        Ok(Json(echo))
    }
}

pub(super) fn router() -> Router {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true);
    let server = Server::new();
    let service = StreamableHttpService::new(
        move || Ok(server.clone()),
        LocalSessionManager::default().into(),
        config,
    );
    Router::new().nest_service("/mcp", service)
}
