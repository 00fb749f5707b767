use std::collections::VecDeque;

use jiff::Timestamp;
use keyway_agent::transcript::{Entry, Event as Happened};

use super::history::History;
use super::{Block, Completing, Editor, Feed, Popup, Tone};
use crate::event::World;
use crate::panel::Panel;
use crate::text::clean_line;
use crate::theme::Theme;

/// What a chat is shown with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How it looks.
    pub theme: Theme,
    /// What the agent is called.
    pub agent: String,
    /// `vendor/model`
    pub model: String,
}

/// The full screen chat: everything that can be seen of it, and nothing that does anything.
#[derive(Debug)]
pub struct Chat {
    pub(crate) theme: Theme,
    pub(crate) agent: String,
    pub(crate) feed: Feed,
    pub(crate) view: View,
    pub(crate) editor: Editor,
    pub(crate) history: History,
    pub(crate) popup: Option<Popup>,
    pub(crate) completing: Completing,
    /// What the person is asked; the first is shown.
    pub(crate) panels: VecDeque<Panel>,
    pub(crate) world: World,
    pub(crate) phase: Phase,
    /// Messages that wait for the turn to end.
    pub(crate) queue: VecDeque<String>,
    /// A word about what is going on, until the next thing happens.
    pub(crate) hint: Option<String>,
    /// Ctrl-C was pressed: the second one within this time ends.
    pub(crate) leaving: Option<Timestamp>,
    pub(crate) now: Timestamp,
    /// The last form's answers, to show them again when some were wrong.
    pub(crate) last_form: Option<crate::panel::Answered>,
}

/// What part of the conversation is seen.
#[derive(Debug, Default)]
pub(crate) struct View {
    /// Lines between the last line that is seen and the last there is.
    pub(crate) below: usize,
    /// How many lines there were when it was drawn last, and how many were seen.
    pub(crate) total: usize,
    pub(crate) height: usize,
    /// The card that is marked, by its block.
    pub(crate) marked: Option<usize>,
    /// Which block each line on the screen belongs to, for the mouse.
    pub(crate) rows: Vec<Option<usize>>,
    pub(crate) top: u16,
    pub(crate) cache: crate::draw::Cache,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The person's.
    Ready,
    /// The model's, since then.
    Busy(Timestamp),
    /// It is being stopped.
    Stopping,
}

impl Chat {
    /// A chat in which nothing was said yet.
    pub fn new(settings: Settings, now: Timestamp) -> Self {
        let world = World {
            model: settings.model,
            ..World::default()
        };
        Self {
            theme: settings.theme,
            agent: settings.agent,
            feed: Feed::default(),
            view: View::default(),
            editor: Editor::default(),
            history: History::default(),
            popup: None,
            completing: Completing::default(),
            panels: VecDeque::new(),
            world,
            phase: Phase::Ready,
            queue: VecDeque::new(),
            hint: None,
            leaving: None,
            now,
            last_form: None,
        }
    }

    /// Shows a session that goes on. `cut` says that its last line was lost.
    pub fn resume(&mut self, entries: &[Entry], cut: bool) {
        for entry in entries {
            if let Happened::UserMessage { text } = &entry.event {
                self.history.push(crate::attachment::written(text));
            }
            self.feed.entry(entry);
        }
        let said = self
            .feed
            .blocks()
            .iter()
            .any(|block| matches!(block, Block::User(_)));
        if cut {
            let text = "the last thing that happened was cut off in the file and is left out";
            self.feed.note(Tone::Bad, text);
        }
        if said {
            self.feed.note(Tone::Quiet, "resumed");
        }
    }

    /// Says something before the first prompt.
    pub fn say(&mut self, text: &str) {
        self.feed.note(Tone::Plain, text);
    }

    /// True while something changes by time alone.
    pub fn is_moving(&self) -> bool {
        self.phase != Phase::Ready || self.leaving.is_some() || self.connecting() > 0
    }

    /// How many servers are on their way.
    pub(crate) fn connecting(&self) -> usize {
        let servers = self.world.servers.iter();
        servers
            .filter(|server| server.state == "connecting")
            .count()
    }

    /// The server and tool the person is asked about now, to mark its card.
    pub(crate) fn asked_about(&self) -> impl Iterator<Item = (&str, &str)> {
        self.panels.iter().filter_map(Panel::about)
    }

    pub(crate) fn hint(&mut self, text: &str) {
        self.hint = Some(clean_line(text));
    }
}
