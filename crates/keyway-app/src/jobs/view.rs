use jiff::Timestamp;
use keyway_core::JobId;
use keyway_store::Job;

/// A job, as those see it who may. What it was queued with is not shown.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Its id.
    pub id: JobId,
    /// The action's slug.
    pub action: String,
    /// Why it is there: `action` because someone asked, `schedule` by the clock, `delivery` because a
    /// webhook came in, `webhook` because one goes out, `turn` because something was said
    /// in a session, `task` because an MCP client comes back for it.
    pub kind: String,
    /// `queued`, `running`, `done`, `dead` or `cancelled`.
    pub state: &'static str,
    /// For whom, by id.
    pub actor: String,
    /// From when on it runs.
    pub run_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// How often it is tried at most.
    pub max_attempts: u32,
    /// The code of its last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

/// Some jobs, the last queued first.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobPage {
    /// The jobs.
    pub jobs: Vec<JobView>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            action: job.name,
            kind: job.kind,
            state: job.state.as_str(),
            actor: job.actor,
            run_at: job.run_at,
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            last_error: job.last_error,
            created_at: job.created_at,
            finished_at: job.finished_at,
        }
    }
}
