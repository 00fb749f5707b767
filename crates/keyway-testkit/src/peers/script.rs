use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which era a peer speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Era {
    /// Revision 2026-07-28 only.
    #[default]
    Modern,
    /// Revision 2025-11-25 only.
    Legacy,
}

/// How a peer behaves. Every peer offers:
///
/// | tool | does |
/// |---|---|
/// | `echo` | answers `{"content":[],"echo":<arguments>,"meta":<_meta>}`, both as they came |
/// | any key of `results` | answers that text |
/// | `fail` | answers a JSON-RPC error with data |
/// | `progress` | three progress notifications and a log message, then answers |
/// | `ask` | asks for a `name` by elicitation and answers what it got |
/// | `hang` | answers once it is let go, which over stdio is never |
/// | `die` | ends the process (stdio), or the connection |
/// | `flood` | 20,000 log messages, then answers |
/// | `huge` | answers 20 MiB |
/// | `deep` | answers 10,000 nested arrays |
/// | `garbage` | answers bytes that are no UTF-8 |
/// | `change` | adds a tool `added` and announces it |
/// | `touch` | announces that `test://watched` changed |
/// | `mirror` | has a parameter `region` that is mirrored into a header |
/// | `env` | answers its environment (stdio) |
///
/// and resources `test://static` and `test://watched`, a template `test://items/{id}`, a prompt
/// `greet`, and completions. `test://bytes` is every byte once, `test://broken` no base64, and
/// `test://two` two contents; they are in no list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fault of its own")]
pub struct Script {
    /// Which era it speaks.
    pub era: Era,
    /// Tools that answer a fixed text: by name, the `result` as JSON text.
    pub results: BTreeMap<String, String>,
    /// Tools that do nothing, `tool-0`, `tool-1` and so on.
    pub extra_tools: usize,
    /// Items of `tools/list` as JSON text, as they are.
    pub raw_tools: Vec<String>,
    /// How many items a page of a list has; 0 for all.
    pub page: usize,
    /// Every page says that the same page comes next.
    pub repeats_cursor: bool,
    /// What it suggests; the name of what is completed where this is empty.
    pub suggests: Vec<String>,
    /// Does not say that it completes, and would.
    pub no_completions: bool,
    /// Suggests something only once it is let go.
    pub slow_completions: bool,
    /// Says lines on its standard output that are no messages.
    pub noisy: bool,
    /// Leaves what it does not know unanswered before `initialize`, instead of refusing it.
    pub silent: bool,
    /// Ends its process at the first thing it does not know before `initialize`.
    pub touchy: bool,
    /// Accepts connections and never says anything.
    pub mute: bool,
    /// Refuses every request with this HTTP status.
    pub refuse: Option<u16>,
    /// Forgets its MCP sessions after so many requests.
    pub forget_after: Option<usize>,
    /// Answers with event streams even where one message would do.
    pub streams: bool,
    /// Breaks its event streams after the first event of a call, to be taken up again.
    pub breaks_streams: bool,
    /// Says only from the second listing on that `mirror` mirrors its parameter.
    pub late_header: bool,
    /// Asks for the folders worked in as soon as it can, outside any call (legacy).
    pub asks_roots: bool,
    /// Starts a grandchild process that lives long (stdio).
    pub forks: bool,
    /// Does not leave at the end of its input (stdio).
    pub stays: bool,
}

impl Script {
    /// A peer of an era that behaves.
    pub fn new(era: Era) -> Self {
        Self {
            era,
            ..Self::default()
        }
    }
}
