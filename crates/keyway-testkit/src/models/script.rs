use serde::Deserialize;
use serde_json::Value;

/// What a model server does. Turns come first, one a request; then rules, by what the person
/// wrote last. Without either it echoes. In a file it is JSON with the same names.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// The key that has to be sent; empty for a server that takes none.
    pub key: String,
    /// What it answers, request by request.
    pub turns: Vec<Turn>,
    /// What it answers to what.
    pub rules: Vec<Rule>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            key: "model-key-of-the-tests".to_owned(),
            turns: Vec::new(),
            rules: Vec::new(),
        }
    }
}

impl From<Vec<Turn>> for Script {
    fn from(turns: Vec<Turn>) -> Self {
        Self {
            turns,
            ..Self::default()
        }
    }
}

/// An answer to messages that contain something.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// What the person's last message contains, whatever its case.
    pub when: String,
    /// The answer. Once its calls have results, the results are said back.
    pub then: Turn,
}

/// One answer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Turn {
    /// The text, in the pieces it is streamed in.
    pub text: Vec<String>,
    /// What the model thinks, in pieces: signed for Anthropic, `reasoning_content` for `OpenAI`.
    pub reasoning: Vec<String>,
    /// What it wants called; several are parallel calls.
    pub calls: Vec<Call>,
    /// What it claims to have cost.
    pub usage: Tokens,
    /// The reason to stop, in the vendor's word; a fitting one where empty.
    pub stop: String,
    /// The pause before each piece, in milliseconds.
    pub pause: u64,
    /// What goes wrong.
    pub trouble: Option<Trouble>,
}

/// Tokens an answer claims.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Tokens {
    /// Read.
    pub input: u64,
    /// Written.
    pub output: u64,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            input: 11,
            output: 7,
        }
    }
}

/// A call.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Call {
    /// The id; made up where empty.
    pub id: String,
    /// The tool.
    pub name: String,
    /// The arguments.
    pub arguments: Value,
    /// Sent in place of the arguments, to be no JSON for example.
    pub raw: Option<String>,
}

impl Call {
    /// A call of a tool.
    pub fn new(name: &str, arguments: Value) -> Self {
        Self {
            name: name.to_owned(),
            arguments,
            ..Self::default()
        }
    }
}

/// What goes wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Trouble {
    /// An error instead of an answer.
    Status {
        /// The HTTP status.
        status: u16,
        /// `Retry-After`.
        #[serde(default)]
        retry_after: Option<String>,
        /// The vendor's words.
        #[serde(default)]
        message: String,
    },
    /// The vendor's own way to say that the conversation is too long.
    ContextOverflow,
    /// The connection is closed before a head is sent.
    CloseAtOnce,
    /// Nothing is sent, and the connection stays.
    Hang,
    /// The connection breaks after so many pieces.
    CutAfter(usize),
    /// The stream ends in good order, but without its last events, after so many pieces.
    EndAfter(usize),
    /// Nothing more comes after so many pieces.
    HangAfter(usize),
    /// After so many pieces comes something that is no JSON.
    GarbageAfter(usize),
    /// After so many pieces the vendor says that it is overloaded.
    OverloadedAfter(usize),
}

impl Turn {
    /// A text in pieces.
    pub fn text<const N: usize>(pieces: [&str; N]) -> Self {
        Self {
            text: pieces.map(str::to_owned).to_vec(),
            ..Self::default()
        }
    }

    /// Calls without a text.
    pub fn calls(calls: impl IntoIterator<Item = Call>) -> Self {
        Self {
            calls: calls.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Nothing but trouble.
    pub fn trouble(trouble: Trouble) -> Self {
        Self::default().with(trouble)
    }

    /// An error instead of an answer.
    pub fn status(status: u16) -> Self {
        Self::trouble(Trouble::Status {
            status,
            retry_after: None,
            message: String::new(),
        })
    }

    /// The same, and what goes wrong with it.
    pub fn with(mut self, trouble: Trouble) -> Self {
        self.trouble = Some(trouble);
        self
    }

    /// The same, and what it claims to have cost.
    pub fn costing(mut self, input: u64, output: u64) -> Self {
        self.usage = Tokens { input, output };
        self
    }
}
