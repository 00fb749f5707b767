use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Why a turn is stopped from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halt {
    /// The person interrupted.
    Person,
    /// The time is used up.
    Time,
}

/// What can stop a turn.
pub(super) struct Halts<'a> {
    pub(super) cancel: &'a CancellationToken,
    pub(super) deadline: Option<Instant>,
}

impl Halts<'_> {
    /// Waits until the turn is to stop.
    pub(super) async fn halted(&self) -> Halt {
        let time_up = async {
            match self.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Halt::Person,
            () = time_up => Halt::Time,
        }
    }

    /// Does something unless the turn is to stop before it is done.
    pub(super) async fn unless_halted<T>(&self, work: impl Future<Output = T>) -> Result<T, Halt> {
        tokio::select! {
            biased;
            halt = self.halted() => Err(halt),
            done = work => Ok(done),
        }
    }
}
