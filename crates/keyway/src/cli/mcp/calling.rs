use std::io::{IsTerminal as _, stdout};
use std::ops::AsyncFnOnce;
use std::sync::Arc;

use keyway_client::approvals::AllowList;
use keyway_client::calls::{CallError, CallErrorKind, Calls, Sampler};
use keyway_client::sign_in::{ByPerson, PATIENCE};
use keyway_client::text::{block, line};
use keyway_core::ports::LogLevel;
use tokio_util::sync::CancellationToken;

use super::select;
use crate::cli::ask::{self, Presence};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::sign_in;
use crate::cli::terminal::Terminal;
use crate::local::{Asking, LocalClient, Options, Start};

/// How a command calls one of the person's own servers.
pub(super) struct Calling<'a> {
    pub(super) options: Options,
    /// The server; all of them are started when it is to be found out.
    pub(super) server: Option<&'a str>,
    pub(super) allow: AllowList,
    pub(super) model: Option<Arc<dyn Sampler>>,
}

impl<'a> Calling<'a> {
    /// Of one server, without anything that is allowed beforehand.
    pub(super) fn of(server: &'a str) -> Self {
        Self {
            options: Options::once(Start::Only(vec![server.to_owned()])),
            server: Some(server),
            allow: AllowList::default(),
            model: None,
        }
    }

    /// Starts what is needed, does the work, and ends it all.
    pub(super) async fn run<T>(
        self,
        invocation: &Invocation,
        terminal: &mut Terminal,
        work: impl AsyncFnOnce(&Calls, &CancellationToken) -> Result<T, CallError>,
    ) -> Result<T, Failure> {
        let (person, presence) = ask::person(invocation);
        let Self {
            options,
            server,
            allow,
            model,
        } = self;
        // A call that needs more than was granted can be granted more, where somebody is there.
        let options = match presence {
            Presence::Nobody => options,
            Presence::There => {
                let callback = sign_in::callback(&invocation.environment)?;
                let by_person = ByPerson::new(Arc::clone(&person), callback, PATIENCE);
                options.with_sign_in(Arc::new(by_person))
            }
        };
        LocalClient::run(invocation, options, async |client| {
            select::warn(client, terminal);
            if let Some(server) = server {
                select::usable(client, server)?;
            }
            let (approvals, wrong) = client.approvals(&allow);
            if let Some(wrong) = wrong {
                terminal.warn(wrong);
            }
            let calls = client.calls(Asking {
                person: Arc::clone(&person),
                approvals,
                model,
                log_level: Some(LogLevel::Info),
            });
            let done = work(&calls, client.ending()).await;
            done.map_err(|error| failure(&error, presence))
        })
        .await
    }
}

/// What a person or a program is told of a call without result.
fn failure(error: &CallError, presence: Presence) -> Failure {
    let mut failure = match error.kind {
        CallErrorKind::Wrong => Failure::usage(error.code.clone(), error.message.clone()),
        _ => Failure::new(error.code.clone(), error.message.clone()),
    };
    failure.hint.clone_from(&error.hint);
    let details = error.problems.iter().map(|problem| {
        let at = match problem.pointer.as_str() {
            "" => "(arguments)".to_owned(),
            pointer => line(pointer, 256),
        };
        format!("{at}: expected {}", line(&problem.expected, 500))
    });
    failure.details = details.collect();
    if error.kind == CallErrorKind::Denied && presence == Presence::Nobody {
        failure.code = "approval_needed".into();
        failure.message = "the call has to be approved, and there is no terminal to ask at".into();
    }
    failure
}

/// Prints text from a server: as it is for a program, and without anything that a terminal would
/// obey for a person.
pub(super) fn print(text: &str, terminal: &mut Terminal) {
    if stdout().is_terminal() {
        terminal.line(block(text, usize::MAX));
    } else {
        terminal.line(text);
    }
}
