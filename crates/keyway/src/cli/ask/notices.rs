use std::io::{Write as _, stderr};

use keyway_client::Notice;
use keyway_client::text::line;
use parking_lot::Mutex;

/// What goes on, on standard error: lines, and on a terminal one line of progress that is written
/// over.
#[derive(Debug)]
pub(super) struct Notices {
    over: bool,
    /// True while the cursor stands behind a line of progress.
    open: Mutex<bool>,
}

impl Notices {
    /// For a terminal, where lines can be written over.
    pub(super) fn on_terminal() -> Self {
        Self {
            over: true,
            open: Mutex::new(false),
        }
    }

    /// For anything else.
    pub(super) fn elsewhere() -> Self {
        Self {
            over: false,
            open: Mutex::new(false),
        }
    }

    pub(super) fn tell(&self, notice: &Notice) {
        let text = match notice {
            Notice::Progress {
                server,
                progress,
                total,
                message,
            } => {
                let of = total.map_or_else(String::new, |total| format!(" of {total}"));
                let message = message.as_deref().unwrap_or_default();
                format!("{}: {progress}{of} {message}", line(server, 128))
            }
            Notice::Log {
                server,
                level,
                text,
            } => format!("{} [{level}] {text}", line(server, 128)),
            Notice::Line(text) => text.clone(),
        };
        let text = text.trim_end();
        let passing = self.over && matches!(notice, Notice::Progress { .. });
        let mut open = self.open.lock();
        let mut out = stderr().lock();
        // Nobody may be reading.
        let _ = match (*open, passing) {
            (true, true) => write!(out, "\r\u{1b}[K{text}"),
            (false, true) => write!(out, "{text}"),
            (true, false) => writeln!(out, "\n{text}"),
            (false, false) => writeln!(out, "{text}"),
        };
        let _ = out.flush();
        *open = passing;
    }

    /// Ends a line of progress, before something else is written.
    pub(super) fn settle(&self) {
        let mut open = self.open.lock();
        if std::mem::take(&mut *open) {
            let _ = writeln!(stderr());
        }
    }
}

impl Drop for Notices {
    fn drop(&mut self) {
        self.settle();
    }
}
