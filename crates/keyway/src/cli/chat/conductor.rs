use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use keyway_agent::turn::{self, TurnSettings};
use keyway_agent::{ModelName, Observer, Tools, TurnLoop, Update};
use keyway_app::system::SystemClock;
use keyway_client::approvals::{AllowList, Approvals};
use keyway_client::calls::Calls;
use keyway_client::mentions;
use keyway_client::sign_in::{Browser, CallbackUrl};
use keyway_tui::{AskedPerson, Effect, Event, Reply, World};
use keyway_vault::random::SystemRandom;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::{Mutex, broadcast};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::sampler::ByModel;
use super::session::Session;
use super::world::world;
use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;
use crate::config::Environment;
use crate::local::{Asking, Home, LocalClient};
use crate::models::Models;

/// Changes of servers that come together are told together.
const TOGETHER: Duration = Duration::from_millis(30);

/// How long a turn may take to stop at the end.
const LAST: Duration = Duration::from_secs(4);

/// Does what a face wants done, and tells it what happens.
#[derive(Clone)]
pub(super) struct Conductor {
    pub(super) parts: Arc<Inner>,
}

pub(super) struct Parts {
    pub(super) client: LocalClient,
    pub(super) allow: AllowList,
    pub(super) person: AskedPerson,
    pub(super) models: Models,
    pub(super) session: Session,
    pub(super) events: UnboundedSender<Event>,
    pub(super) browser: Browser,
    pub(super) callback: CallbackUrl,
    pub(super) environment: Environment,
}

pub(super) struct Inner {
    pub(super) client: LocalClient,
    pub(super) calls: Calls,
    pub(super) person: AskedPerson,
    pub(super) models: Models,
    /// Held while a turn runs.
    pub(super) session: Mutex<Session>,
    /// The model that answers, for who cannot wait for the turn.
    pub(super) model_name: Arc<parking_lot::Mutex<ModelName>>,
    /// Models that a person can be offered, by name.
    known: BTreeSet<String>,
    tools: Arc<dyn Tools>,
    settings: TurnSettings,
    events: UnboundedSender<Event>,
    pub(super) browser: Browser,
    pub(super) callback: CallbackUrl,
    pub(super) work: TaskTracker,
    /// What was piped in, for the next turn. Others may have written it: what it names is not
    /// attached, and no prompt is run for it.
    pub(super) piped: parking_lot::Mutex<Option<String>>,
    /// Stops the turn that runs.
    running: parking_lot::Mutex<CancellationToken>,
    /// Gives up what servers are asked about a line.
    pub(super) completing: parking_lot::Mutex<CancellationToken>,
}

impl Conductor {
    pub(super) fn new(parts: Parts) -> Result<Self, Failure> {
        let Parts {
            client,
            allow,
            person,
            models,
            session,
            events,
            browser,
            callback,
            environment,
        } = parts;
        let clock = Arc::new(SystemClock);
        let model_name = Arc::new(parking_lot::Mutex::new(session.model().clone()));
        let approvals = Approvals::new(client.home().dir(), allow, clock);
        let calls = client.calls(Asking {
            approvals: Arc::new(approvals),
            person: Arc::new(person.clone()),
            model: Some(Arc::new(ByModel {
                model: models.model(),
                name: Arc::clone(&model_name),
            })),
            log_level: None,
        });
        let agent = Arc::new(session.agent().clone());
        let mut known = models.named();
        known.extend(agent.model.as_ref().map(ToString::to_string));
        known.insert(session.model().to_string());
        let settings = TurnSettings::of(&agent, models.prices.clone());
        let skills = client.skills();
        client.follow_skills(&skills);
        let tools = client.tools(calls.clone(), skills, agent.tools.clone(), &environment)?;
        Ok(Self {
            parts: Arc::new(Inner {
                model_name,
                session: Mutex::new(session),
                work: TaskTracker::new(),
                piped: parking_lot::Mutex::default(),
                running: parking_lot::Mutex::default(),
                completing: parking_lot::Mutex::default(),
                client,
                calls,
                person,
                models,
                known,
                tools: Arc::new(tools),
                settings,
                events,
                browser,
                callback,
            }),
        })
    }

    /// Works until the face ends it, then stops what runs.
    pub(super) async fn run(self, mut effects: UnboundedReceiver<Effect>) {
        let mut changes = self.parts.client.changes();
        self.tell(Event::World(Box::new(self.world())));
        loop {
            tokio::select! {
                effect = effects.recv() => match effect {
                    None | Some(Effect::Quit) => break,
                    Some(effect) => self.take(effect),
                },
                change = changes.recv() => {
                    if let Err(broadcast::error::RecvError::Closed) = change {
                        break;
                    }
                    tokio::time::sleep(TOGETHER).await;
                    while changes.try_recv().is_ok() {}
                    self.tell(Event::World(Box::new(self.world())));
                }
            }
        }
        self.parts.person.questions().close();
        self.parts.running.lock().cancel();
        self.forget(CancellationToken::new());
        self.parts.work.close();
        if timeout(LAST, self.parts.work.wait()).await.is_err() {
            tracing::warn!("the turn did not stop in time");
        }
    }

    fn take(&self, effect: Effect) {
        let conductor = self.clone();
        match effect {
            Effect::Say(text) => {
                let cancel = CancellationToken::new();
                *self.parts.running.lock() = cancel.clone();
                self.parts.work.spawn(async move {
                    conductor.turn(&text, &cancel).await;
                    conductor.tell(Event::Idle);
                });
            }
            Effect::Run(command) => {
                self.parts.work.spawn(async move {
                    conductor.command(command).await;
                    conductor.tell(Event::Done);
                });
            }
            Effect::Interrupt => self.parts.running.lock().cancel(),
            Effect::Answer(id, answer) => self.parts.person.questions().answer(id, answer),
            Effect::Visit(url) => {
                self.parts.work.spawn(async move {
                    if let Err(error) = conductor.parts.browser.open(&url).await {
                        conductor.problem(format!("{error}; open it yourself:\n{url}"));
                    }
                });
            }
            Effect::Complete(number, before) => self.complete(number, before),
            Effect::Forget => self.forget(CancellationToken::new()),
            Effect::Quit => {}
        }
    }

    /// One turn: what the person named is put in, then the model has it.
    async fn turn(&self, text: &str, cancel: &CancellationToken) {
        let inner = &self.parts;
        let mut text = match mentions::expand(&inner.calls, text, cancel).await {
            Ok(expanded) => expanded.text,
            Err(error) => return self.problem(error.told()),
        };
        if let Some(piped) = inner.piped.lock().take() {
            if text.trim() == "-" {
                text.clear();
            } else {
                text.push_str("\n\n");
            }
            text.push_str(&piped);
        }
        let mut session = inner.session.lock().await;
        let begun = session.begin(&SystemClock).await;
        let (transcript, added) = match begun {
            Ok(begun) => begun,
            Err(error) => return self.problem(error.to_string()),
        };
        for entry in added {
            self.tell(Event::Entry(entry));
        }
        let turns = TurnLoop::new(turn::Parts {
            model: inner.models.model(),
            tools: Arc::clone(&inner.tools),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            settings: inner.settings.clone(),
        });
        let ended = Box::pin(turns.run(transcript, &text, self, cancel)).await;
        if let Err(error) = ended {
            self.problem(error.to_string());
        }
    }

    pub(super) fn tell(&self, event: Event) {
        // A face that is gone is told nothing.
        let _ = self.parts.events.send(event);
    }

    pub(super) fn reply(&self, reply: Reply) {
        self.tell(Event::Reply(reply));
    }

    pub(super) fn problem(&self, text: impl Into<String>) {
        self.reply(Reply::Problem(text.into()));
    }

    pub(super) fn world(&self) -> World {
        let inner = &self.parts;
        let model = inner.model_name.lock().clone();
        world(&inner.client, &inner.calls, &model, &inner.known)
    }
}

impl Observer for Conductor {
    fn update(&self, update: Update) {
        let event = match update {
            Update::TextDelta(text) => Event::Delta(text),
            Update::Discarded => Event::Discarded,
            Update::Retrying { after, message, .. } => Event::Retrying {
                reason: message,
                wait: after,
            },
            Update::EntryWritten(entry) => Event::Entry(entry),
            _ => return,
        };
        self.tell(event);
    }
}

/// What needs no question: `allow.json`, and what the command line names.
pub(super) fn allow_list(
    home: &Home,
    approve: &[String],
    terminal: &mut Terminal,
) -> Result<AllowList, Failure> {
    let (mut allow, problem) = AllowList::read(&home.dir().join("allow.json"));
    if let Some(problem) = problem {
        terminal.warn(problem);
    }
    for entry in approve {
        allow
            .give(entry)
            .map_err(|error| Failure::usage("bad_approve", format!("--approve: {error}")))?;
    }
    Ok(allow)
}
