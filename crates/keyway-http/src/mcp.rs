use std::sync::Arc;

use keyway_app::App;
use keyway_core::Principal;
use keyway_core::ports::BoxFuture;
use keyway_core::rpc::{RawJson, RpcError};
use keyway_mcp::endpoint::{
    Audience, Backend, Call, HeaderParameter, List, Notice, Page, ServerInfo, TaskAsk,
};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// The application as the MCP endpoint sees it, introduced as `server`.
pub fn backend(app: App, server: ServerInfo) -> Arc<dyn Backend> {
    Arc::new(AppBackend {
        app,
        server: Arc::new(server),
    })
}

/// Hands everything on.
struct AppBackend {
    app: App,
    server: Arc<ServerInfo>,
}

impl Backend for AppBackend {
    fn server(&self) -> Arc<ServerInfo> {
        Arc::clone(&self.server)
    }

    fn prepare<'a>(&'a self, who: &'a Principal) -> Option<BoxFuture<'a, ()>> {
        self.app.prepare(who)
    }

    fn list(&self, who: &Principal, list: List, cursor: Option<&str>) -> Result<Page, RpcError> {
        self.app.list(who, list, cursor)
    }

    fn call<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<RawJson, RpcError>> {
        Box::pin(self.app.call(call))
    }

    fn task<'a>(
        &'a self,
        who: &'a Principal,
        id: &'a str,
        ask: TaskAsk<'a>,
    ) -> BoxFuture<'a, Result<RawJson, RpcError>> {
        Box::pin(self.app.task(who, id, ask))
    }

    fn header_parameters(&self, who: &Principal, tool: &str) -> Arc<[HeaderParameter]> {
        self.app.header_parameters(who, tool)
    }

    fn subscribe<'a>(
        &'a self,
        who: &'a Principal,
        uri: &'a str,
    ) -> BoxFuture<'a, Result<(), RpcError>> {
        Box::pin(self.app.subscribe(who, uri))
    }

    fn unsubscribe<'a>(&'a self, who: &'a Principal, uri: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(self.app.unsubscribe(who, uri))
    }

    fn version(&self, who: &Principal, list: List) -> Option<u64> {
        Some(self.app.version(who, list))
    }

    fn notices(&self, who: &Principal) -> broadcast::Receiver<Notice> {
        self.app.notices(who)
    }

    fn hears(&self, who: &Principal, channel: &str) -> bool {
        self.app.hears(&self.app.now(who), channel)
    }

    fn concerns(&self, who: &Principal, audience: &Audience) -> bool {
        self.app.concerns(who, audience)
    }

    fn seal(&self, who: &Principal, state: &[u8]) -> String {
        self.app.seal(who, state)
    }

    fn open(&self, who: &Principal, sealed: &str) -> Option<Vec<u8>> {
        self.app.open(who, sealed)
    }

    fn revoked(&self, who: &Principal) -> CancellationToken {
        self.app.revoked(who)
    }
}
