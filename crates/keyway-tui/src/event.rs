use std::collections::HashMap;
use std::time::Duration;

use keyway_agent::transcript::Entry;
use keyway_client::mentions::Suggestion;
use keyway_client::skills::model_name;
use keyway_client::{Decision, Filled, Form, Notice, Page, Request};

use crate::slash::Command;

/// What a face is told. Faces change by nothing else.
#[derive(Debug)]
pub enum Event {
    /// The keyboard, the mouse, the window.
    Terminal(crossterm::event::Event),
    /// Time went by.
    Tick,
    /// More of the model's answer; the whole of it follows as an entry.
    Delta(String),
    /// What was begun of an answer is void: another one begins.
    Discarded,
    /// Something was written into the transcript.
    Entry(Entry),
    /// The model could not be reached and is tried again.
    Retrying {
        /// Why, in words.
        reason: String,
        /// When it is tried again.
        wait: Duration,
    },
    /// A turn is over, whatever came of it.
    Idle,
    /// Somebody waits for the person's answer.
    Asked(Asked),
    /// Nobody waits for this answer any more.
    Withdrawn(u64),
    /// Something goes on.
    Told(Notice),
    /// What there is to be completed and counted.
    World(Box<World>),
    /// What a command came to.
    Reply(Reply),
    /// A command is over.
    Done,
    /// What servers suggest, to the [`Effect::Complete`] of this number. `None` when they took too
    /// long.
    Suggested(u64, Option<Vec<Suggestion>>),
}

/// What a face wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A turn with this text.
    Say(String),
    /// A command.
    Run(Command),
    /// The turn that runs is to stop.
    Interrupt,
    /// The person answered.
    Answer(u64, Answer),
    /// A page is to be opened in the browser.
    Visit(String),
    /// Servers are to be asked how the line goes on: a number, and what is before the cursor. At most
    /// one such question is open; another one takes its place.
    Complete(u64, String),
    /// What servers were asked last is not wanted any more.
    Forget,
    /// It is over.
    Quit,
}

/// A question to the person.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Names the question; the answer carries it.
    pub id: u64,
    /// What is asked.
    pub question: Question,
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Question {
    /// Whether something may be done.
    Decide(Request),
    /// The fields of a form.
    FillIn(Form),
    /// To open a page.
    Visit(Page),
}

/// An answer, of the kind of its question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// To [`Question::Decide`].
    Decision(Decision),
    /// To the others.
    Filled(Filled),
}

/// What is around the chat: shown in the status line, offered for completion.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// `vendor/model`
    pub model: String,
    /// The configured servers, by name.
    pub servers: Vec<Server>,
    /// Names of models that can be chosen.
    pub models: Vec<String>,
}

/// What names of plain definitions stand for: server and tool.
pub(crate) type Names = HashMap<String, (String, String)>;

impl World {
    /// What the names stand for that a model calls tools by.
    pub(crate) fn names(&self) -> Names {
        let of = |server: &Server| {
            let name = server.name.clone();
            let tools = server.tools.clone().into_iter();
            tools.map(move |tool| (model_name(&name, &tool), (name.clone(), tool)))
        };
        self.servers.iter().flat_map(of).collect()
    }
}

/// A configured server.
#[derive(Debug, Clone, Default)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// Its state, by its stable name.
    pub state: String,
    /// Its tools, by its own names.
    pub tools: Vec<String>,
    /// Its resources: URI and title.
    pub resources: Vec<(String, String)>,
    /// Its resource templates: the URI templates.
    pub templates: Vec<String>,
    /// Whether it can be asked how values go on.
    pub completes: bool,
    /// Its prompts.
    pub prompts: Vec<Prompt>,
}

/// A prompt of a server.
#[derive(Debug, Clone, Default)]
pub struct Prompt {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The names of its arguments.
    pub arguments: Vec<String>,
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Some lines.
    Text(String),
    /// A table.
    Table {
        /// The columns' heads.
        head: Vec<String>,
        /// The rows.
        rows: Vec<Vec<String>>,
    },
    /// It did not work: why, and what to do.
    Problem(String),
}
