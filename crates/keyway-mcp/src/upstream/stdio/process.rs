use std::collections::VecDeque;
use std::process::{ExitStatus, Stdio as Pipe};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::group::Group;
use super::lines::{Line as TextLine, Lines};
use super::stderr::{Tail, drain};
use crate::upstream::failure::Failure;
use crate::upstream::line::{Answering, Line};
use crate::upstream::redact::Redactor;
use crate::upstream::settings::PoolSettings;
use crate::upstream::spec::Stdio;
use crate::upstream::stream::{Out, Stream, one_line};

/// How many messages may wait for a child to read them.
const WAITING: usize = 64;

/// Starts the child process of a server, in a process group of its own and with exactly the given
/// environment. A task keeps it until the connection is broken off: then the group is ended and
/// the child reaped.
pub(in crate::upstream) fn start(
    spec: &Stdio,
    settings: &PoolSettings,
    redactor: &Arc<Redactor>,
    line: &Arc<Line>,
) -> Result<Stream, Failure> {
    let mut command = Command::new(&spec.command);
    command
        .args(&spec.args)
        .env_clear()
        .envs(&settings.base_env)
        .envs(spec.env.iter().map(|(name, value)| (name, value.expose())))
        .stdin(Pipe::piped())
        .stdout(Pipe::piped())
        .stderr(Pipe::piped())
        .process_group(0)
        .kill_on_drop(true);
    if let Some(cwd) = &spec.cwd {
        command.current_dir(cwd);
    }
    let mut child = command
        .spawn()
        .map_err(|error| Failure::Closed(format!("could not start `{}`: {error}", spec.command)))?;
    let group = Group::of(child.id());
    let (Some(stdin), Some(stdout), Some(stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(Failure::Closed("the child has no standard streams".into()));
    };
    let (lines, to_write) = mpsc::channel(WAITING);
    let stream = Stream {
        line: Arc::clone(line),
        out: Out::Pipe(lines),
    };
    let tail = Arc::new(Tail::default());
    let errors = drain(
        Arc::clone(&line.server),
        stderr,
        Arc::clone(redactor),
        Arc::clone(&tail),
    );
    let keeper = Keeper {
        child,
        group,
        line: Arc::clone(line),
        tail,
        grace: settings.grace,
    };
    line.tasks.spawn(keeper.keep(
        Box::pin(write(stdin, to_write)),
        Box::pin(read(stdout, stream.clone())),
        Box::pin(errors),
    ));
    Ok(stream)
}

struct Keeper {
    child: Child,
    group: Group,
    line: Arc<Line>,
    tail: Arc<Tail>,
    grace: Duration,
}

impl Keeper {
    async fn keep(
        mut self,
        mut writing: impl Future<Output = ()> + Unpin,
        mut reading: impl Future<Output = ()> + Unpin,
        mut errors: impl Future<Output = ()> + Unpin,
    ) {
        let gone = self.line.gone.clone();
        let (mut errors_ended, mut status) = (false, None);
        loop {
            tokio::select! {
                () = gone.cancelled() => break,
                () = &mut writing => break,
                () = &mut reading => break,
                () = &mut errors, if !errors_ended => errors_ended = true,
                ended = self.child.wait() => {
                    status = ended.ok();
                    break;
                }
            }
        }
        if status.is_some() {
            // What it still said before it left.
            let _ = timeout(Duration::from_millis(200), &mut reading).await;
        }
        // The child sees the end of its input and is to leave by itself.
        drop((writing, reading));
        if !gone.is_cancelled() && status.is_none() {
            let left = timeout(Duration::from_millis(500), self.child.wait()).await;
            status = left.ok().and_then(Result::ok);
        }
        if !errors_ended {
            let _ = timeout(Duration::from_millis(50), &mut errors).await;
        }
        self.line.break_off(Failure::Closed(self.reason(status)));
        self.end().await;
    }

    fn reason(&self, status: Option<ExitStatus>) -> String {
        let how = match status {
            Some(status) => format!("the process ended ({status})"),
            None => "the process closed its standard streams".into(),
        };
        match self.tail.last() {
            Some(last) => format!("{how}; it last said: {last}"),
            None => how,
        }
    }

    /// Ends the whole group: by itself, then asked to, then made to.
    async fn end(mut self) {
        let _ = timeout(self.grace, self.child.wait()).await;
        if self.group.is_alive() {
            self.group.terminate();
            let patience = tokio::time::Instant::now() + self.grace;
            while self.group.is_alive() && tokio::time::Instant::now() < patience {
                // Reaps the child, without which its group would seem alive for ever.
                let _ = self.child.try_wait();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            self.group.kill();
        }
        if let Err(error) = self.child.wait().await {
            tracing::debug!(server = %self.line.server, %error, "could not reap the child");
        }
    }
}

async fn write(mut stdin: ChildStdin, mut lines: mpsc::Receiver<Bytes>) {
    while let Some(line) = lines.recv().await {
        if stdin.write_all(&line).await.is_err() || stdin.flush().await.is_err() {
            return;
        }
    }
}

/// Reads messages until the child closes its output. What is no message is skipped.
async fn read(stdout: ChildStdout, stream: Stream) {
    let line = Arc::clone(&stream.line);
    let mut lines = Lines::new(stdout, line.bounds.bytes);
    let mut answering = Answering::default();
    let Out::Pipe(out) = &stream.out else { return };
    // A child that reads nothing must not keep us from reading what it says.
    let mut answers = VecDeque::new();
    loop {
        tokio::select! {
            next = lines.next() => match next {
                None => return,
                Some(TextLine::Cut(text)) => line.unreadable(&text),
                Some(TextLine::Whole(text)) => {
                    if !text.trim_ascii().is_empty() {
                        line.shared_text(&text, &mut answering);
                    }
                }
            },
            text = answering.next(), if answers.len() < WAITING => {
                answers.push_back(one_line(text));
            }
            permit = out.reserve(), if !answers.is_empty() => {
                let Ok(permit) = permit else { return };
                if let Some(answer) = answers.pop_front() {
                    permit.send(answer);
                }
            }
        }
    }
}
