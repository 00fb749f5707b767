/// What a client wants of a task of its own (MCP 2026-07-28, the extension
/// `io.modelcontextprotocol/tasks`). What it answers is the `result` object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TaskAsk<'a> {
    /// How it stands, and its outcome: a `DetailedTask`.
    Get,
    /// The same, for a stream that tells of changes.
    Watch,
    /// Answers to what it asks: an `InputResponses` object. Nothing is answered but that they came.
    Update(&'a str),
    /// That it ends. Nothing is answered but that it was heard.
    Cancel,
}

impl std::fmt::Debug for TaskAsk<'_> {
    /// Without the answers: payloads are never logged.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Get => "Get",
            Self::Watch => "Watch",
            Self::Update(_) => "Update",
            Self::Cancel => "Cancel",
        })
    }
}
