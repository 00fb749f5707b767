use keyway_app::agents::{Follower, Update};
use keyway_core::SessionId;
use tokio::sync::mpsc;

use crate::cli::terminal::Terminal;

/// Hands on what goes on in a turn, for whoever prints it.
pub(super) struct Watch(pub(super) mpsc::UnboundedSender<Update>);

impl Follower for Watch {
    fn begun(&self, _: &SessionId) {}

    fn update(&self, update: &Update) {
        let told = matches!(
            update,
            Update::TextDelta(_)
                | Update::Discarded
                | Update::ToolStarted(_)
                | Update::RoundStarted { .. }
        );
        if told {
            let _ = self.0.send(update.clone());
        }
    }
}

/// A turn as it is printed for a person while it runs.
#[derive(Default)]
pub(super) struct Printed {
    /// The last line is not ended.
    open: bool,
}

impl Printed {
    pub(super) fn tell(&mut self, update: &Update, terminal: &mut Terminal) {
        match update {
            Update::TextDelta(text) => {
                terminal.part(text);
                self.open = !text.ends_with('\n');
            }
            Update::Discarded => {
                self.end(terminal);
                terminal.note("the answer broke off and is asked for again");
            }
            Update::ToolStarted(call) => {
                self.end(terminal);
                terminal.note(format!("→ {}", call.name));
            }
            _ => self.end(terminal),
        }
    }

    /// Ends the line.
    pub(super) fn end(&mut self, terminal: &mut Terminal) {
        if std::mem::take(&mut self.open) {
            terminal.part("\n");
        }
    }
}
