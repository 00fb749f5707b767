use jiff::Timestamp;

use crate::JobId;

/// A run in the background, as the action sees it.
///
/// A job runs at least once: a process may be killed after the action did its work and before that
/// was written down. What must happen once is made so with [`JobRun::idempotency_key`].
///
/// ```
/// use keyway_core::Action;
///
/// let charge = Action::new("invoice:charge", |context, (): ()| async move {
///     let key = context.job().map(|job| job.idempotency_key().to_owned());
///     // Sent along as `Idempotency-Key`, or a unique column of what is written.
///     Ok(key)
/// });
/// assert_eq!(charge.slug(), "invoice:charge");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRun {
    /// The job.
    pub id: JobId,
    /// Which attempt this is, from one.
    pub attempt: u32,
    /// The moment it was queued for.
    pub run_at: Timestamp,
}

impl JobRun {
    /// The same at every attempt of this job, and of no other job.
    pub fn idempotency_key(&self) -> &str {
        self.id.as_str()
    }
}
