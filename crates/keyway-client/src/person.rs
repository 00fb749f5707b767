use keyway_core::ports::BoxFuture;
use serde_json::Value;

/// The person at the terminal, as far as calls need one: asked before each call, asked what a
/// server wants to know, told what goes on. One implementation per face: the chat, the plain
/// terminal, and [`Nobody`] where there is no terminal.
pub trait Person: Send + Sync {
    /// Asks whether something may be done.
    fn decide<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Decision>;

    /// Asks for the fields of a form (MCP, Elicitation, form mode).
    fn fill_in<'a>(&'a self, form: &'a Form) -> BoxFuture<'a, Filled>;

    /// Asks to open a page and come back (MCP, Elicitation, URL mode; and signing in). `Accepted`
    /// with null means that the person went there.
    fn visit<'a>(&'a self, page: &'a Page) -> BoxFuture<'a, Filled>;

    /// Tells what goes on. Never waits.
    fn tell(&self, notice: Notice);
}

/// What may be done, if the person says so.
#[derive(Debug, Clone)]
pub struct Request {
    /// The server it concerns.
    pub server: String,
    /// What would be done.
    pub subject: Subject,
    /// True when the answer can be [`Decision::Always`] or [`Decision::Session`].
    pub can_remember: bool,
}

/// What a [`Request`] is about. Texts are ready to be shown: secrets masked, control characters
/// taken out.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A call of a tool.
    Tool {
        /// The tool, by the server's own name.
        tool: String,
        /// Its title, where it has one.
        title: Option<String>,
        /// The arguments, as indented JSON.
        arguments: String,
        /// What the server says the tool does to the world (MCP `ToolAnnotations`), in words.
        /// A claim of the server, not a fact.
        annotations: Vec<String>,
        /// What the definition said when it was approved first, where it says something else now.
        changed: Option<DefinitionChange>,
    },
    /// A completion of our model for the server (`sampling/createMessage`).
    Sampling {
        /// What the model would be asked, shortened.
        preview: String,
        /// The most tokens of the answer.
        max_tokens: u64,
    },
    /// Telling the server which folders are worked in (`roots/list`).
    Roots {
        /// The folders, as URIs.
        roots: Vec<String>,
    },
}

/// A tool's definition then and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionChange {
    /// As it was approved: indented JSON.
    pub before: String,
    /// As it is now: indented JSON.
    pub after: String,
}

/// What the person says to a [`Request`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// This once.
    Once,
    /// Until this process ends.
    Session,
    /// Always, for this server, tool and definition.
    Always,
    /// No, and what the model is told of it.
    Deny {
        /// Why, in the person's words.
        reason: Option<String>,
    },
}

/// A form a server wants filled in.
#[derive(Debug, Clone)]
pub struct Form {
    /// Who asks.
    pub server: String,
    /// Why, in the server's words.
    pub message: String,
    /// A flat JSON Schema object of primitive properties. Titles and descriptions can be shown as
    /// they are; names and choices have to be cleaned ([`crate::text::line`]) for showing only.
    pub schema: Value,
    /// What the person should know before answering.
    pub warnings: Vec<String>,
    /// What was wrong with the last answers, by field; empty the first time.
    pub problems: Vec<(String, String)>,
}

/// A page to open.
#[derive(Debug, Clone)]
pub struct Page {
    /// Who asks.
    pub server: String,
    /// Why.
    pub message: String,
    /// The address, shown whole before it is opened.
    pub url: String,
}

/// What became of a form or a page (MCP `ElicitResult`).
#[derive(Debug, Clone, PartialEq)]
pub enum Filled {
    /// Answered; the fields of a form, null for a page.
    Accepted(Value),
    /// The person says no.
    Declined,
    /// The person went away without an answer.
    Cancelled,
}

/// Something that goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// A call got further (MCP `notifications/progress`).
    Progress {
        /// The server.
        server: String,
        /// How far.
        progress: f64,
        /// Of how much, where that is known.
        total: Option<f64>,
        /// In words.
        message: Option<String>,
    },
    /// A server logs something (MCP `notifications/message`).
    Log {
        /// The server.
        server: String,
        /// The level.
        level: String,
        /// The text, shortened.
        text: String,
    },
    /// A line for the person.
    Line(String),
}

/// Where there is no terminal: everything is denied.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Person for Nobody {
    fn decide<'a>(&'a self, _request: &'a Request) -> BoxFuture<'a, Decision> {
        let reason = Some("there is no terminal to ask for approval".to_owned());
        Box::pin(std::future::ready(Decision::Deny { reason }))
    }

    fn fill_in<'a>(&'a self, _form: &'a Form) -> BoxFuture<'a, Filled> {
        Box::pin(std::future::ready(Filled::Cancelled))
    }

    fn visit<'a>(&'a self, _page: &'a Page) -> BoxFuture<'a, Filled> {
        Box::pin(std::future::ready(Filled::Cancelled))
    }

    fn tell(&self, _notice: Notice) {}
}
