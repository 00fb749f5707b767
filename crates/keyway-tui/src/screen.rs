use std::io::{self, Stdout};
use std::time::Duration;

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
    EventStream,
};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use futures_util::StreamExt as _;
use keyway_core::ports::Clock;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::chat::Chat;
use crate::event::{Effect, Event};

/// How often time goes by while something moves.
const TICK: Duration = Duration::from_millis(250);

/// What comes in faster than this is drawn together.
const FRAME: Duration = Duration::from_millis(30);

/// Shows a chat on the full screen until the person ends it, the program is told to, or the
/// terminal is gone. Everything it wants done goes to `effects`, the end as well.
///
/// # Errors
/// When the terminal cannot be used.
pub async fn run_screen(
    chat: &mut Chat,
    events: &mut mpsc::UnboundedReceiver<Event>,
    effects: &mpsc::UnboundedSender<Effect>,
    clock: &dyn Clock,
) -> io::Result<()> {
    let mut screen = Screen::open()?;
    let mut keys = EventStream::new();
    let mut ending = std::pin::pin!(told_to_end());
    let mut drawn = screen.draw(chat)?;
    let mut waiting = false;
    loop {
        let tick = drawn + if waiting { FRAME } else { TICK };
        let timed = waiting || chat.is_moving();
        let event = tokio::select! {
            event = events.recv() => event,
            key = keys.next() => match key {
                Some(Ok(key)) => Some(Event::Terminal(key)),
                Some(Err(error)) => return Err(error),
                None => None,
            },
            () = sleep_until(tick), if timed => Some(Event::Tick),
            () = &mut ending => None,
        };
        let urgent = matches!(event, Some(Event::Terminal(_) | Event::Tick));
        let done = match event {
            Some(event) => chat.update(event, clock.now()),
            None => vec![Effect::Quit],
        };
        for effect in done {
            let quit = effect == Effect::Quit;
            let gone = effects.send(effect).is_err();
            if quit || gone {
                return Ok(());
            }
        }
        waiting = !urgent && drawn.elapsed() < FRAME;
        if !waiting {
            drawn = screen.draw(chat)?;
        }
    }
}

/// Completes when the system asks the program to end.
async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut hangup)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::hangup()),
        ) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
    #[cfg(not(unix))]
    std::future::pending::<()>().await;
}

/// The terminal while it is ours. It is given back as it was, whatever happens.
struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    fn open() -> io::Result<Self> {
        enable_raw_mode()?;
        let mut screen = Self {
            terminal: Terminal::new(CrosstermBackend::new(io::stdout())).inspect_err(|_| {
                let _ = disable_raw_mode();
            })?,
        };
        execute!(
            screen.terminal.backend_mut(),
            EnterAlternateScreen,
            EnableBracketedPaste,
            EnableMouseCapture
        )?;
        Ok(screen)
    }

    fn draw(&mut self, chat: &mut Chat) -> io::Result<Instant> {
        self.terminal.draw(|frame| chat.draw(frame))?;
        Ok(Instant::now())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = execute!(
            self.terminal.backend_mut(),
            DisableMouseCapture,
            DisableBracketedPaste,
            LeaveAlternateScreen
        );
        let _ = self.terminal.show_cursor();
        let _ = disable_raw_mode();
    }
}
