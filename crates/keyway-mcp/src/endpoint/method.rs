use keyway_core::ports::RelayMethod;

use super::List;

/// The requests the endpoint knows, of all revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Initialize,
    Ping,
    Discover,
    SetLevel,
    Subscribe,
    Unsubscribe,
    Listen,
    List(List),
    Relay(RelayMethod),
    Task(TaskMethod),
}

/// The requests about tasks (MCP 2026-07-28, the extension `io.modelcontextprotocol/tasks`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TaskMethod {
    Get,
    Update,
    Cancel,
}

impl Method {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "tools/call" => Self::Relay(RelayMethod::CallTool),
            "tools/list" => Self::List(List::Tools),
            "resources/read" => Self::Relay(RelayMethod::ReadResource),
            "resources/list" => Self::List(List::Resources),
            "resources/templates/list" => Self::List(List::Templates),
            "prompts/get" => Self::Relay(RelayMethod::GetPrompt),
            "prompts/list" => Self::List(List::Prompts),
            "completion/complete" => Self::Relay(RelayMethod::Complete),
            "tasks/get" => Self::Task(TaskMethod::Get),
            "tasks/update" => Self::Task(TaskMethod::Update),
            "tasks/cancel" => Self::Task(TaskMethod::Cancel),
            "ping" => Self::Ping,
            "initialize" => Self::Initialize,
            "server/discover" => Self::Discover,
            "subscriptions/listen" => Self::Listen,
            "logging/setLevel" => Self::SetLevel,
            "resources/subscribe" => Self::Subscribe,
            "resources/unsubscribe" => Self::Unsubscribe,
            _ => return None,
        })
    }
}

/// The name of the member that holds a list's items.
pub(super) fn items_key(list: List) -> &'static str {
    match list {
        List::Tools => "tools",
        List::Resources => "resources",
        List::Templates => "resourceTemplates",
        List::Prompts => "prompts",
    }
}

/// The notification that tells of a changed list.
pub(super) fn list_changed(list: List) -> &'static str {
    match list {
        List::Tools => "notifications/tools/list_changed",
        List::Resources | List::Templates => "notifications/resources/list_changed",
        List::Prompts => "notifications/prompts/list_changed",
    }
}
