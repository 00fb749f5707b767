use std::sync::Arc;

use jiff::Timestamp;
use keyway_agent::transcript::{Entry, SinkError};
use keyway_agent::{Agent, ModelName, Transcript};
use keyway_client::sessions::{Kept, Opened, SessionError, Sessions};
use keyway_core::SessionId;
use keyway_core::ports::Clock;
use keyway_vault::random::SystemRandom;

use crate::cli::failure::Failure;

/// The session of a chat. A new one has no file before something is said.
pub(super) struct Session {
    sessions: Sessions,
    agent: Agent,
    model: ModelName,
    transcript: Option<Transcript>,
    /// A resumed session lost its last line.
    cut: bool,
}

impl Session {
    /// A new session, or the one that is to go on, with its own model unless another is named.
    pub(super) fn prepare(
        sessions: Sessions,
        agent: Agent,
        wanted: Option<&str>,
        named: Option<&str>,
        choose: impl Fn(Option<&str>) -> Result<ModelName, Failure>,
    ) -> Result<Self, Failure> {
        let Some(wanted) = wanted else {
            let own = agent.model.as_ref().map(ModelName::as_str);
            return Ok(Self {
                model: choose(named.or(own))?,
                sessions,
                agent,
                transcript: None,
                cut: false,
            });
        };
        let id = sessions.find(wanted).map_err(|error| failure(&error))?;
        let Opened {
            transcript: lines,
            journal,
        } = sessions.open(&id).map_err(|error| failure(&error))?;
        let kept = Arc::new(Kept::from(journal));
        let transcript = Transcript::resume(lines.entries, kept)
            .map_err(|error| Failure::new(error.code(), error.to_string()))?;
        Ok(Self {
            model: choose(named.or(Some(transcript.model())))?,
            sessions,
            agent,
            transcript: Some(transcript),
            cut: lines.cut,
        })
    }

    pub(super) fn agent(&self) -> &Agent {
        &self.agent
    }

    pub(super) fn model(&self) -> &ModelName {
        &self.model
    }

    pub(super) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// What was said so far, and whether its last line was lost.
    pub(super) fn entries(&self) -> (&[Entry], bool) {
        let entries = self.transcript.as_ref().map(Transcript::entries);
        (entries.unwrap_or_default(), self.cut)
    }

    /// The session's id, once it has a file.
    pub(super) fn id(&self) -> Option<&str> {
        self.transcript.as_ref().map(Transcript::session)
    }

    /// The transcript, with the model that answers now written into it, and what was added.
    pub(super) async fn begin(
        &mut self,
        clock: &dyn Clock,
    ) -> Result<(&mut Transcript, Vec<Entry>), SinkError> {
        let now = clock.now();
        let mut added = Vec::new();
        let transcript = if let Some(transcript) = self.transcript.take() {
            transcript
        } else {
            let transcript = self.create(clock, now).await?;
            added.extend(transcript.entries().iter().cloned());
            transcript
        };
        let transcript = self.transcript.insert(transcript);
        if transcript.model() != self.model.as_str() {
            let before = transcript.entries().len();
            transcript.change_model(&self.model, now).await?;
            added.extend(transcript.entries().iter().skip(before).cloned());
        }
        Ok((transcript, added))
    }

    /// From here on another model answers.
    pub(super) fn change_model(&mut self, model: ModelName) {
        self.model = model;
    }

    async fn create(&self, clock: &dyn Clock, now: Timestamp) -> Result<Transcript, SinkError> {
        let id = SessionId::generate(clock, &SystemRandom);
        let journal = self.sessions.create(&id);
        let journal = journal.map_err(|error| SinkError(error.to_string()))?;
        let Agent { slug, system, .. } = &self.agent;
        let kept = Arc::new(Kept::from(journal));
        Transcript::begin(kept, id.as_str(), slug, &self.model, system, now).await
    }
}

/// A session that cannot be used, for the command line.
pub(super) fn failure(error: &SessionError) -> Failure {
    match error {
        SessionError::NotFound | SessionError::Empty | SessionError::Ambiguous(_) => {
            Failure::usage(error.code(), error.to_string())
        }
        _ => Failure::new(error.code(), error.to_string()),
    }
}
