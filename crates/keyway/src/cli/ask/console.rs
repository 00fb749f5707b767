use std::io::{IsTerminal as _, Stderr, Stdin, Write as _, stderr, stdin};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{QueueSelector, tcflush};
use tokio::sync::oneshot;

/// How long the reader looks for a line before it looks whether anyone still waits for one.
const LOOK: Duration = Duration::from_millis(50);

/// The terminal a person sits at.
#[derive(Debug)]
pub(super) struct Console {
    input: Stdin,
    output: Stderr,
}

impl Console {
    /// The terminal; `None` when questions could not be seen, or answers not be typed.
    pub(super) fn open() -> Option<Self> {
        let (input, output) = (stdin(), stderr());
        (input.is_terminal() && output.is_terminal()).then_some(Self { input, output })
    }

    /// Shows text.
    pub(super) fn show(&self, text: &str) {
        let mut out = self.output.lock();
        // A terminal that went away is found out by reading.
        let _ = out.write_all(text.as_bytes());
        let _ = out.flush();
    }

    /// Asks for a line. What was typed before the question could be seen is no answer to it.
    /// `None` at the end of the input.
    pub(super) async fn ask(&self, question: &str) -> Option<String> {
        let _ = tcflush(&self.input, QueueSelector::IFlush);
        self.show(question);
        let (answer, answered) = oneshot::channel();
        // A thread of its own: one that waits for a person must not hold up the end of the program.
        std::thread::spawn(move || read(answer));
        let line = answered.await.ok().flatten();
        if line.is_none() {
            self.show("\n");
        }
        line
    }
}

/// Reads one line, as long as anyone waits for it.
fn read(answer: oneshot::Sender<Option<String>>) {
    let input = stdin();
    let mut text = Vec::new();
    let look = Timespec::try_from(LOOK).ok();
    loop {
        let mut ready = [PollFd::new(&input, PollFlags::IN)];
        match poll(&mut ready, look.as_ref()) {
            Ok(0) | Err(rustix::io::Errno::INTR) if !answer.is_closed() => continue,
            Ok(1..) if !answer.is_closed() => {}
            _ => return,
        }
        let mut bytes = [0; 4096];
        let count = match rustix::io::read(&input, &mut bytes) {
            Ok(count) => count,
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => 0,
        };
        if count == 0 {
            let _ = answer.send(None);
            return;
        }
        text.extend_from_slice(bytes.get(..count).unwrap_or_default());
        if text.ends_with(b"\n") {
            let line = String::from_utf8_lossy(&text);
            let _ = answer.send(Some(line.trim_end_matches(['\n', '\r']).to_owned()));
            return;
        }
        if answer.is_closed() {
            return;
        }
    }
}
