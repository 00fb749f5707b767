use std::sync::Arc;

use keyway_core::Principal;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::backend::{Backend, List, Notice};

/// What changes for one principal. A list that changed for others only is not told of.
pub(super) struct Notices {
    backend: Arc<dyn Backend>,
    who: Principal,
    receiver: Receiver<Notice>,
    /// What was known last of each list, where it is known.
    seen: [Option<u64>; List::ALL.len()],
}

impl Notices {
    pub(super) fn open(backend: &Arc<dyn Backend>, who: &Principal) -> Self {
        let receiver = backend.notices(who);
        let mut notices = Self {
            backend: Arc::clone(backend),
            who: who.clone(),
            receiver,
            seen: Default::default(),
        };
        notices.look();
        notices
    }

    /// The next one. May be dropped while it waits.
    pub(super) async fn recv(&mut self) -> Result<Notice, RecvError> {
        loop {
            match self.receiver.recv().await {
                Ok(Notice::ListChanged(list)) if !self.differs(list) => {}
                Err(RecvError::Lagged(missed)) => {
                    self.look();
                    return Err(RecvError::Lagged(missed));
                }
                other => return other,
            }
        }
    }

    fn differs(&mut self, list: List) -> bool {
        let now = self.backend.version(&self.who, list);
        let all = List::ALL.iter().zip(&mut self.seen);
        let Some((_, seen)) = all.into_iter().find(|(one, _)| **one == list) else {
            return true;
        };
        now.is_none() || std::mem::replace(seen, now) != now
    }

    fn look(&mut self) {
        self.seen = List::ALL.map(|list| self.backend.version(&self.who, list));
    }
}
