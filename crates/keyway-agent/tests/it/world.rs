//! A turn loop with everything around it.

use std::sync::Arc;
use std::time::Duration;

use keyway_agent::model::{ClientBuilder, GenaiModel, HttpClients, Patience, Vendor, VendorKind};
use keyway_agent::transcript::{Entry, Event, Sink, SinkError, StopReason};
use keyway_agent::turn::{Parts, RetryPolicy, TurnEnd, TurnSettings};
use keyway_agent::{
    Observer, Offer, ToolCall, ToolDefinition, ToolOutcome, ToolStatus, Tools, Transcript,
    TurnLoop, Update,
};
use keyway_core::ports::{BoxFuture, Clock, Random};
use keyway_egress::{Egress, EgressConfig};
use keyway_testkit::models::{ModelServer, Script, Wire};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

pub(crate) const BOTH: [Wire; 2] = [Wire::Anthropic, Wire::OpenAi];
pub(crate) const ALL: [Wire; 3] = [Wire::Anthropic, Wire::OpenAi, Wire::Gemini];

/// A clock that stands.
pub(crate) struct Standing;

impl Clock for Standing {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
}

struct Zeros;

impl Random for Zeros {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

/// Keeps entries in memory, and refuses them when it is told to.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) entries: Mutex<Vec<Entry>>,
    /// Refuses entries from this one on.
    pub(crate) full_at: Mutex<Option<u64>>,
}

impl Sink for Kept {
    fn append<'a>(&'a self, entry: &'a Entry) -> BoxFuture<'a, Result<(), SinkError>> {
        Box::pin(async move {
            if self.full_at.lock().is_some_and(|at| entry.seq >= at) {
                return Err(SinkError("the disk is full".to_owned()));
            }
            self.entries.lock().push(entry.clone());
            Ok(())
        })
    }
}

/// Hears everything.
#[derive(Default)]
pub(crate) struct Heard(pub(crate) Mutex<Vec<Update>>);

impl Observer for Heard {
    fn update(&self, update: Update) {
        self.0.lock().push(update);
    }
}

impl Heard {
    /// The text on the screen: what was said since the last round began, unless discarded.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for update in &*self.0.lock() {
            match update {
                Update::RoundStarted { .. } | Update::Discarded => text.clear(),
                Update::TextDelta(more) => text.push_str(more),
                _ => {}
            }
        }
        text
    }

    pub(crate) fn count(&self, wanted: impl Fn(&Update) -> bool) -> usize {
        self.0.lock().iter().filter(|update| wanted(update)).count()
    }

    pub(crate) async fn wait(&self, wanted: impl Fn(&Update) -> bool) {
        for _ in 0..2000 {
            if self.count(&wanted) > 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited in vain for an update");
    }
}

/// Tools of a test: `add`, `fail`, `long`, `wait` (until cancelled), `stuck` (for ever).
#[derive(Default)]
pub(crate) struct Bench {
    pub(crate) running: Mutex<usize>,
    pub(crate) most_running: Mutex<usize>,
    pub(crate) begun: Mutex<Vec<ToolCall>>,
    /// Calls of `together` return once so many run.
    pub(crate) together: usize,
    /// There are none.
    pub(crate) gone: bool,
}

impl Tools for Bench {
    fn offer(&self) -> Offer {
        if self.gone {
            return Offer::default();
        }
        let tool = |name: &str| ToolDefinition {
            name: name.to_owned(),
            description: "for tests".to_owned(),
            input_schema: json!({ "type": "object", "properties": { "n": { "type": "integer" } } }),
        };
        Offer {
            definitions: ["add", "fail", "long", "wait", "stuck", "together"]
                .map(tool)
                .to_vec(),
            system: "There are tools.".to_owned(),
        }
    }

    fn call<'a>(
        &'a self,
        call: &'a ToolCall,
        cancel: &'a CancellationToken,
    ) -> BoxFuture<'a, ToolOutcome> {
        Box::pin(async move {
            self.begun.lock().push(call.clone());
            {
                let mut running = self.running.lock();
                *running += 1;
                let mut most = self.most_running.lock();
                *most = (*most).max(*running);
            }
            let outcome = self.outcome(call, cancel).await;
            *self.running.lock() -= 1;
            outcome
        })
    }
}

impl Bench {
    async fn outcome(&self, call: &ToolCall, cancel: &CancellationToken) -> ToolOutcome {
        let (text, status) = match call.name.as_str() {
            "add" => {
                let sum = call.arguments["n"].as_i64().unwrap_or(0) + 1;
                (sum.to_string(), ToolStatus::Done)
            }
            "long" => ("x".repeat(1_000_000), ToolStatus::Done),
            "fail" => ("it broke".to_owned(), ToolStatus::Failed),
            "wait" => {
                cancel.cancelled().await;
                ("told to stop".to_owned(), ToolStatus::Interrupted)
            }
            "together" => {
                while *self.most_running.lock() < self.together {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                ("met".to_owned(), ToolStatus::Done)
            }
            _ => std::future::pending().await,
        };
        ToolOutcome { text, status }
    }
}

/// Everything a test needs.
pub(crate) struct World {
    pub(crate) server: ModelServer,
    pub(crate) tools: Arc<Bench>,
    pub(crate) kept: Arc<Kept>,
    pub(crate) heard: Heard,
    pub(crate) cancel: CancellationToken,
    pub(crate) transcript: Transcript,
    pub(crate) settings: TurnSettings,
    pub(crate) patience: Patience,
}

/// The vendor of a server.
pub(crate) fn vendor(wire: Wire, server: &ModelServer) -> Vendor {
    let (name, kind) = match wire {
        Wire::Anthropic => ("anthropic", VendorKind::Anthropic),
        Wire::OpenAi => ("openai", VendorKind::OpenAi),
        Wire::Gemini => ("gemini", VendorKind::Gemini),
    };
    let needs_key = !server.key().is_empty();
    Vendor {
        name: name.to_owned(),
        kind,
        base_url: match wire {
            Wire::Gemini => server.gemini_url(),
            Wire::Anthropic | Wire::OpenAi => server.base_url(),
        },
        key: needs_key.then(|| server.key().to_owned().into()),
        key_variable: needs_key.then(|| "SOME_API_KEY".to_owned()),
    }
}

/// Clients as the wiring makes them.
pub(crate) fn clients() -> HttpClients {
    let egress = Egress::new(EgressConfig::default());
    Arc::new(move |base_url| {
        let client = egress.library_client(base_url);
        let client = client.map_err(|error| error.to_string())?;
        Ok(ClientBuilder::default().with_reqwest(client))
    })
}

impl World {
    pub(crate) async fn new(wire: Wire, script: impl Into<Script>) -> Self {
        let server = ModelServer::start(script).await;
        let kept = Arc::new(Kept::default());
        let model = match wire {
            Wire::Anthropic => "anthropic/claude-test",
            Wire::OpenAi => "openai/gpt-test",
            Wire::Gemini => "gemini/gemini-3-test",
        };
        let model = model.parse().unwrap();
        let transcript = Transcript::begin(
            Arc::clone(&kept) as Arc<dyn Sink>,
            "sess_1",
            "tester",
            &model,
            "You are a test.",
            jiff::Timestamp::UNIX_EPOCH,
        );
        Self {
            transcript: transcript.await.unwrap(),
            server,
            tools: Arc::default(),
            kept,
            heard: Heard::default(),
            cancel: CancellationToken::new(),
            settings: TurnSettings {
                retry: RetryPolicy {
                    attempts: 3,
                    first: Duration::from_millis(10),
                    longest: Duration::from_millis(20),
                    patience: Duration::from_secs(5),
                },
                grace: Duration::from_millis(300),
                ..TurnSettings::default()
            },
            patience: Patience::default(),
        }
    }

    pub(crate) fn turns(&self) -> TurnLoop {
        let vendors = ALL.map(|wire| vendor(wire, &self.server)).to_vec();
        TurnLoop::new(Parts {
            model: Arc::new(GenaiModel::new(vendors, clients(), self.patience)),
            tools: Arc::clone(&self.tools) as Arc<dyn Tools>,
            clock: Arc::new(Standing),
            random: Arc::new(Zeros),
            settings: self.settings.clone(),
        })
    }

    /// Runs a turn. Whatever happens, the server found nothing wrong with what it was sent, and
    /// what is kept is what the transcript holds.
    pub(crate) async fn say(&mut self, text: &str) -> TurnEnd {
        let turns = self.turns();
        let turn = turns.run(&mut self.transcript, text, &self.heard, &self.cancel);
        let end = turn.await.unwrap();
        assert_eq!(self.server.problems(), Vec::<String>::new());
        assert_eq!(*self.kept.entries.lock(), self.transcript.entries());
        end
    }

    pub(crate) async fn fails(&mut self, text: &str) -> (String, String) {
        match self.say(text).await.reason {
            StopReason::Failed { code, message } => (code, message),
            other => panic!("it did not fail: {other:?}"),
        }
    }

    /// What was kept since the session began, without times.
    pub(crate) fn events(&self) -> Vec<Event> {
        let entries = self.transcript.entries().iter().skip(1);
        entries.map(|entry| entry.event.clone()).collect()
    }

    /// What calls came to, in the order they ended.
    pub(crate) fn outcomes(&self) -> Vec<ToolOutcome> {
        let outcomes = self.events().into_iter().filter_map(|event| match event {
            Event::ToolFinished { outcome, .. } => Some(outcome),
            _ => None,
        });
        outcomes.collect()
    }

    /// The messages of the nth request.
    pub(crate) fn sent(&self, nth: usize) -> Vec<Value> {
        let body = &self.server.asked()[nth].body;
        let messages = body["messages"].as_array().or(body["contents"].as_array());
        messages.unwrap().clone()
    }
}
