//! What an action says of its runs in the background.

use serde_json::Value;

use super::schedule::Schedule;
use super::schema::Schema;
use super::{Action, Expose};
use crate::rpc::RawJson;

/// How often a job is tried unless its action says otherwise.
pub const DEFAULT_ATTEMPTS: u32 = 5;

/// How an action runs in the background.
#[derive(Debug, Clone)]
pub(super) struct Task {
    attempts: u32,
    in_order: bool,
    schedule: Option<(String, String)>,
    input: Option<Value>,
}

impl Default for Task {
    fn default() -> Self {
        Self {
            attempts: DEFAULT_ATTEMPTS,
            in_order: false,
            schedule: None,
            input: None,
        }
    }
}

impl Action {
    /// Runs it by the clock: five fields of cron (minute, hour, day of the month, month, day of the
    /// week) in a time zone of the IANA database. Each run is one job, whatever number of processes
    /// there is, with the input `{}` unless [`Action::scheduled_input`] says otherwise. Of the runs
    /// that were missed while nothing ran, the last one is made up for.
    ///
    /// A moment that a clock change skips comes as soon as there is a valid one again; one that a
    /// clock change repeats comes once.
    ///
    /// ```
    /// use keyway_core::Action;
    ///
    /// let report = Action::new("report:make", |_, (): ()| async { Ok("made") })
    ///     .schedule("0 7 * * MON-FRI", "Europe/Berlin");
    /// assert!(report.is_scheduled());
    /// ```
    pub fn schedule(mut self, cron: impl Into<String>, time_zone: impl Into<String>) -> Self {
        self.task.schedule = Some((cron.into(), time_zone.into()));
        self
    }

    /// The input of scheduled runs.
    ///
    /// ```
    /// use keyway_core::Action;
    /// use serde_json::{Value, json};
    ///
    /// let report = Action::new("report:make", |_, input: Value| async move { Ok(input) })
    ///     .schedule("0 7 * * *", "UTC")
    ///     .scheduled_input(json!({ "days": 1 }));
    /// assert!(report.is_scheduled());
    /// ```
    pub fn scheduled_input(mut self, input: Value) -> Self {
        self.task.input = Some(input);
        self
    }

    /// How often a job of it is tried before it is given up; at least once. 5 times unless said.
    /// Tried again is what failed for a reason that may pass; what is wrong stays wrong.
    ///
    /// ```
    /// # use keyway_core::Action;
    /// let once = Action::new("mail:send", |_, (): ()| async { Ok(()) }).attempts(1);
    /// assert_eq!(once.get_attempts(), 1);
    /// ```
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.task.attempts = attempts.max(1);
        self
    }

    /// Its jobs of one organization run one at a time, in the order they were queued.
    ///
    /// ```
    /// # use keyway_core::Action;
    /// let import = Action::new("import", |_, (): ()| async { Ok(()) }).in_order();
    /// assert!(import.is_in_order());
    /// ```
    pub fn in_order(mut self) -> Self {
        self.task.in_order = true;
        self
    }

    /// True when it runs by the clock.
    pub fn is_scheduled(&self) -> bool {
        self.task.schedule.is_some()
    }

    /// How often a job of it is tried.
    pub fn get_attempts(&self) -> u32 {
        self.task.attempts
    }

    /// True when its jobs run one at a time.
    pub fn is_in_order(&self) -> bool {
        self.task.in_order
    }
}

impl Task {
    /// Reads when it runs; the text says what is wrong.
    pub(super) fn read_schedule(&self, input: &Schema) -> Result<Option<Schedule>, String> {
        let Some((cron, time_zone)) = &self.schedule else {
            return Ok(None);
        };
        let schedule = Schedule::parse(cron, time_zone)
            .map_err(|error| format!("its schedule cannot be used: {error}"))?;
        let given = match &self.input {
            Some(given) => RawJson::of(given).unwrap_or_else(|_| RawJson::empty_object()),
            None => RawJson::empty_object(),
        };
        if let Some(problem) = input.check_text(&given).first() {
            return Err(format!(
                "the input of its scheduled runs is not valid: at \"{}\" expected {}; \
                 say `.scheduled_input(…)`",
                problem.pointer, problem.expected
            ));
        }
        Ok(Some(schedule.with_input(given)))
    }
}

/// What a job keeps, it keeps as it was sent: no secret may be in it.
pub(super) fn check(action: &Action) -> Result<(), String> {
    let is_task = action.exposure().contains(Expose::TASK);
    if is_task && takes_secrets(action.input_schema()) {
        return Err(
            "it takes a secret as input, and a job keeps its input: leave out `Expose::TASK`, \
             or take the secret as a credential"
                .into(),
        );
    }
    Ok(())
}

/// Secrets are marked `writeOnly` in schemas.
fn takes_secrets(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            members.get("writeOnly") == Some(&Value::Bool(true))
                || members.values().any(takes_secrets)
        }
        Value::Array(items) => items.iter().any(takes_secrets),
        _ => false,
    }
}
