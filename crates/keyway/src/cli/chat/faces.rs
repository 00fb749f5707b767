use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Duration;

use keyway_agent::transcript::StopReason;
use keyway_app::system::SystemClock;
use keyway_core::ports::Clock as _;
use keyway_tui::slash::{Command, Line, parse};
use keyway_tui::{Chat, Effect, Event, LineForm, Lines, Output, Settings, Theme, run_screen};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use super::conductor::Conductor;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;

/// How long servers are given to connect before the first line, where nobody can wait for them.
const SETTLE: Duration = Duration::from_secs(10);

/// How long something piped in may take to begin, beside a prompt.
const PIPED: Duration = Duration::from_secs(3);

/// The most bytes that are added to a prompt from a pipe.
const MOST_PIPED: u64 = 1 << 20;

/// Answered, but something was denied because nobody could be asked.
const DENIED: u8 = 3;

/// How a chat shows itself.
pub(super) enum Face {
    /// On the full screen.
    Screen,
    /// Line by line, until the input ends.
    Lines,
    /// One question.
    Once(String),
}

/// Runs a chat to its end.
pub(super) async fn run(
    face: Face,
    conductor: Conductor,
    events: UnboundedReceiver<Event>,
    invocation: &Invocation,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let (effects, wanted) = unbounded_channel();
    match face {
        Face::Screen => screen(conductor, events, effects, wanted, invocation, terminal).await,
        Face::Lines => {
            let input = BufReader::new(tokio::io::stdin());
            let mut lines = input.lines();
            let next = async || lines.next_line().await.ok().flatten();
            let talk = talk(&conductor, events, effects, terminal, next);
            let (code, ()) = tokio::join!(talk, conductor.clone().run(wanted));
            Ok(code)
        }
        Face::Once(text) => {
            let only = text.trim() == "-";
            let piped = piped(only, terminal).await;
            if only && piped.is_none() {
                return Err(Failure::usage(
                    "bad_command_line",
                    "`-p -` takes the prompt from what is piped in, and nothing was",
                ));
            }
            *conductor.parts.piped.lock() = piped;
            let mut once = Some(text);
            let next = async || once.take();
            let talk = talk(&conductor, events, effects, terminal, next);
            let (code, ()) = tokio::join!(talk, conductor.clone().run(wanted));
            Ok(code)
        }
    }
}

async fn screen(
    conductor: Conductor,
    mut events: UnboundedReceiver<Event>,
    effects: UnboundedSender<Effect>,
    wanted: UnboundedReceiver<Effect>,
    invocation: &Invocation,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let theme = if invocation.environment.is_set("NO_COLOR") {
        Theme::plain()
    } else {
        Theme::colour()
    };
    let mut chat = {
        let session = conductor.parts.session.lock().await;
        let settings = Settings {
            theme,
            agent: session.agent().name.clone(),
            model: session.model().to_string(),
        };
        let mut chat = Chat::new(settings, SystemClock.now());
        let (entries, cut) = session.entries();
        chat.resume(entries, cut);
        chat
    };
    for finding in conductor.parts.client.findings() {
        chat.say(&finding.to_string());
    }
    // What happens is shown as it happens; what is wanted is done beside.
    let shown = async {
        let shown = run_screen(&mut chat, &mut events, &effects, &SystemClock).await;
        drop(effects);
        shown
    };
    let (shown, ()) = tokio::join!(shown, conductor.clone().run(wanted));
    shown.map_err(|error| {
        Failure::new(
            "terminal_unusable",
            format!("the terminal cannot be used: {error}"),
        )
    })?;
    if let Some(id) = conductor.parts.session.lock().await.id() {
        terminal.note(format!("go on with: keyway chat --session {id}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Deals with one line after the other.
async fn talk(
    conductor: &Conductor,
    events: UnboundedReceiver<Event>,
    effects: UnboundedSender<Effect>,
    terminal: &mut Terminal,
    mut next: impl AsyncFnMut() -> Option<String>,
) -> ExitCode {
    let form = if terminal.is_json() {
        LineForm::Json
    } else {
        LineForm::Text
    };
    let client = &conductor.parts.client;
    for finding in client.findings() {
        terminal.warn(finding.to_string());
    }
    let mut talking = Talking {
        lines: Lines::new(form),
        events,
        effects,
        terminal,
        failed: false,
    };
    talking.beside(client.wait_settled(SETTLE)).await;
    while let Some(line) = talking.beside(next()).await {
        let effect = match parse(&line) {
            Line::Message(text) if text.is_empty() => continue,
            Line::Message(text) => Effect::Say(text),
            Line::Command(Command::Quit) => break,
            Line::Command(command) => Effect::Run(command),
            Line::Wrong(why) => {
                talking.terminal.note(why);
                talking.failed = true;
                continue;
            }
        };
        talking.run(effect).await;
    }
    talking.end()
}

/// A talk line by line.
struct Talking<'a> {
    lines: Lines,
    events: UnboundedReceiver<Event>,
    effects: UnboundedSender<Effect>,
    terminal: &'a mut Terminal,
    failed: bool,
}

impl Talking<'_> {
    /// Waits for something. What happens meanwhile is told, and servers that ask get their answer.
    async fn beside<T>(&mut self, awaited: impl Future<Output = T>) -> T {
        let mut awaited = std::pin::pin!(awaited);
        loop {
            tokio::select! {
                done = &mut awaited => return done,
                Some(event) = self.events.recv() => {
                    self.take(event);
                }
            }
        }
    }

    /// Has it done, and waits until it is.
    async fn run(&mut self, effect: Effect) {
        self.lines.ended = None;
        let said = matches!(effect, Effect::Say(_));
        let _ = self.effects.send(effect);
        while let Some(event) = self.events.recv().await {
            if self.take(event) {
                break;
            }
        }
        self.failed |= said && self.lines.ended != Some(StopReason::Finished);
    }

    /// Tells what happened. True when the line is dealt with.
    fn take(&mut self, event: Event) -> bool {
        self.failed |= matches!(event, Event::Reply(keyway_tui::Reply::Problem(_)));
        let step = self.lines.update(event);
        for output in step.outputs {
            match output {
                Output::Result(text) => self.terminal.line(text),
                Output::Remark(text) => self.terminal.note(text),
            }
        }
        for effect in step.effects {
            let _ = self.effects.send(effect);
        }
        step.done
    }

    fn end(self) -> ExitCode {
        let _ = self.effects.send(Effect::Quit);
        match (self.failed, self.lines.refused) {
            (true, _) => ExitCode::FAILURE,
            (false, true) => ExitCode::from(DENIED),
            (false, false) => ExitCode::SUCCESS,
        }
    }
}

/// What is piped in, if anything. Where there is a prompt beside it, it has to begin soon.
async fn piped(only: bool, terminal: &mut Terminal) -> Option<String> {
    if std::io::stdin().is_terminal() && !only {
        return None;
    }
    let mut input = BufReader::new(tokio::io::stdin());
    // Whoever starts this may leave its input open and never write.
    if !only && timeout(PIPED, input.fill_buf()).await.is_err() {
        terminal.note(format!(
            "nothing came in within {} s: going on without it; `-p -` waits for what is piped in",
            PIPED.as_secs()
        ));
        return None;
    }
    let mut piped = Vec::new();
    let read = input.take(MOST_PIPED).read_to_end(&mut piped).await;
    let piped = String::from_utf8_lossy(&piped).into_owned();
    (read.is_ok() && !piped.trim().is_empty()).then_some(piped)
}
