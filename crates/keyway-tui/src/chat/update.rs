use jiff::Timestamp;
use keyway_agent::transcript::Event as Happened;
use keyway_client::Notice;

use super::{Block, Chat, Phase, Tone};
use crate::event::{Asked, Effect, Event, Reply};
use crate::panel::Panel;
use crate::slash::{Command, HELP, Line, parse};
use crate::text::clean_line;

/// Keys, as `/help` shows them.
const KEYS: &[(&str, &str)] = &[
    ("Enter", "send"),
    ("Alt-Enter, Ctrl-J, \\ Enter", "new line"),
    ("Tab", "complete; servers are asked for values"),
    ("Up, Down", "earlier lines"),
    ("PgUp, PgDn, wheel", "scroll"),
    ("Shift-Tab, Enter", "choose a call, open or fold it"),
    ("Ctrl-O", "open or fold all calls"),
    ("Esc", "interrupt; then clear the line"),
    ("Ctrl-C twice", "end"),
    ("@server:uri", "attach a resource"),
    ("/server:prompt", "run a prompt of a server"),
];

impl Chat {
    /// Takes in what happened at that moment, and says what is to be done about it.
    pub fn update(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        match event {
            Event::Terminal(event) => return self.terminal(&event),
            Event::Tick => {
                if self.leaving.is_some_and(|until| now > until) {
                    self.leaving = None;
                }
            }
            Event::Delta(text) => {
                self.hint = None;
                self.feed.delta(&text);
            }
            Event::Discarded => self.feed.forget_delta(),
            Event::Entry(entry) => {
                self.hint = None;
                if let Happened::ModelChanged { model } = &entry.event {
                    self.world.model.clone_from(model);
                }
                self.feed.entry(&entry);
            }
            Event::Retrying { reason, wait } => {
                let seconds = wait.as_secs_f32().ceil();
                self.hint(&format!("{reason}; trying again in {seconds} s"));
            }
            Event::Idle => return self.idle(),
            Event::Asked(asked) => {
                self.ask(asked);
                return self.forget_stale().into_iter().collect();
            }
            Event::Suggested(number, found) => self.suggested(number, found),
            Event::Withdrawn(id) => self.panels.retain(|panel| panel.id() != id),
            Event::Told(notice) => self.told(notice),
            Event::World(world) => {
                self.feed.learn(world.names());
                self.world = *world;
            }
            Event::Reply(reply) => self.reply(reply),
            Event::Done => {}
        }
        Vec::new()
    }

    fn ask(&mut self, asked: Asked) {
        self.popup = None;
        let panel = Panel::new(asked, self.now, self.last_form.as_ref());
        self.panels.push_back(panel);
    }

    /// The turn is over: what waited is said now.
    fn idle(&mut self) -> Vec<Effect> {
        let stopped = self.phase == Phase::Stopping;
        self.phase = Phase::Ready;
        self.hint = None;
        if stopped && !self.queue.is_empty() {
            // Who interrupts wants to think: what waited goes back into the line.
            let mut waited: Vec<_> = self.queue.drain(..).collect();
            if !self.editor.is_empty() {
                waited.push(self.editor.take());
            }
            self.editor.set(waited.join("\n"));
        }
        match self.queue.pop_front() {
            Some(text) => self.say_to_model(text),
            None => Vec::new(),
        }
    }

    fn told(&mut self, notice: Notice) {
        match notice {
            Notice::Progress {
                server,
                progress,
                total,
                message,
            } => {
                let amount = match total {
                    Some(total) => format!("{progress} of {total}"),
                    None => format!("{progress}"),
                };
                let text = match message {
                    Some(message) => format!("{amount} · {}", clean_line(&message)),
                    None => amount,
                };
                let mut running = self.feed.running();
                if let Some(card) = running.find(|card| card.server.as_ref() == Some(&server)) {
                    card.progress = Some(text);
                }
            }
            Notice::Log {
                server,
                level,
                text,
            } => {
                // What is less than an error would only be noise between the answers.
                if matches!(level.as_str(), "error" | "critical" | "alert" | "emergency") {
                    self.feed
                        .note(Tone::Quiet, format!("{server} ({level}): {text}"));
                }
            }
            Notice::Line(text) => self.feed.note(Tone::Plain, text),
        }
    }

    fn reply(&mut self, reply: Reply) {
        match reply {
            Reply::Text(text) => self.feed.note(Tone::Plain, text),
            Reply::Problem(text) => self.feed.note(Tone::Bad, text),
            Reply::Table { head, rows } => self.feed.push(Block::Table { head, rows }),
        }
        self.view.below = 0;
    }

    /// The person sent a line.
    pub(crate) fn submit(&mut self) -> Vec<Effect> {
        let text = self.editor.take();
        self.popup = None;
        self.view.below = 0;
        let text = text.trim().to_owned();
        if text.is_empty() {
            return Vec::new();
        }
        self.history.push(&text);
        match parse(&text) {
            Line::Message(message) => {
                if self.phase == Phase::Ready {
                    return self.say_to_model(message);
                }
                self.queue.push_back(message);
                Vec::new()
            }
            Line::Command(Command::Help) => {
                self.feed.push(Block::User(text));
                self.help();
                Vec::new()
            }
            Line::Command(Command::Quit) => vec![Effect::Quit],
            Line::Command(command) => {
                self.feed.push(Block::User(text));
                vec![Effect::Run(command)]
            }
            Line::Wrong(why) => {
                self.editor.set(text);
                self.hint(&why);
                Vec::new()
            }
        }
    }

    fn say_to_model(&mut self, text: String) -> Vec<Effect> {
        self.phase = Phase::Busy(self.now);
        self.hint = None;
        vec![Effect::Say(text)]
    }

    fn help(&mut self) {
        let table = |head: [&str; 2], rows: &[(&str, &str)]| Block::Table {
            head: head.map(str::to_owned).to_vec(),
            rows: rows
                .iter()
                .map(|(what, does)| vec![(*what).to_owned(), (*does).to_owned()])
                .collect(),
        };
        self.feed.push(table(["COMMAND", "WHAT IT DOES"], HELP));
        self.feed.push(table(["KEY", "WHAT IT DOES"], KEYS));
    }
}
