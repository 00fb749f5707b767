use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::HeaderMap;
use keyway_core::{GrantId, Principal};
use parking_lot::RwLock;

use super::super::core::Core;
use super::super::gauge::{Gauge, Live};
use super::session::Session;

/// All MCP sessions, by id.
#[derive(Default)]
pub(in super::super) struct Sessions {
    table: RwLock<HashMap<[u8; 16], Arc<Session>>>,
    live: Gauge,
    swept: AtomicBool,
}

impl Sessions {
    pub(in super::super) fn len(&self) -> usize {
        self.table.read().len()
    }

    pub(in super::super) fn live(&self) -> usize {
        self.live.count()
    }

    pub(super) fn enter(&self) -> Live {
        self.live.enter()
    }

    /// The principal's own session that a request names; another's is as if it were not there.
    pub(super) fn find(&self, id: [u8; 16], who: &Principal) -> Option<Arc<Session>> {
        let found = self.table.read().get(&id).cloned()?;
        (found.owner == *who).then_some(found)
    }

    /// Puts a session into the table. Where there would be too many, the least recently used idle
    /// one goes.
    pub(super) fn insert(core: &Arc<Core>, session: Arc<Session>) {
        let sessions = &core.sessions;
        let surplus = {
            let mut table = sessions.table.write();
            let mine = |one: &Session| one.owner == session.owner;
            let settings = &core.settings;
            let own = table.len() >= settings.sessions_per_principal
                && table.values().filter(|one| mine(one)).count()
                    >= settings.sessions_per_principal;
            let surplus = if own {
                oldest(&table, mine)
            } else if table.len() >= settings.sessions {
                oldest(&table, |_| true)
            } else {
                None
            };
            let surplus = surplus.and_then(|id| table.remove(&id));
            table.insert(session.id, session);
            surplus
        };
        if let Some(surplus) = surplus {
            surplus.end(core);
        }
        if !sessions.swept.swap(true, Ordering::Relaxed) {
            sweep_now_and_then(core);
        }
    }

    /// Ends a session.
    pub(super) fn end(core: &Arc<Core>, session: &Session) {
        let removed = {
            let mut table = core.sessions.table.write();
            let removed = table.remove(&session.id);
            if table.len() < table.capacity() / 4 {
                table.shrink_to_fit();
            }
            removed
        };
        if let Some(removed) = removed {
            removed.end(core);
        }
    }

    /// Ends sessions that were idle for too long or whose principal was turned away, and drops what
    /// the others no longer keep.
    pub(in super::super) fn sweep(core: &Arc<Core>) {
        let idle = i64::try_from(core.settings.session_idle.as_millis()).unwrap_or(i64::MAX);
        let oldest_kept = core.now().saturating_sub(idle);
        let all: Vec<_> = core.sessions.table.read().values().cloned().collect();
        let mut turned_away: HashMap<(Principal, Option<GrantId>), bool> = HashMap::new();
        for session in all {
            let expired = session.idle_since().is_some_and(|at| at < oldest_kept);
            let turned_away = turned_away
                .entry((session.owner.clone(), session.owner.grant().cloned()))
                .or_insert_with(|| core.backend.revoked(&session.owner).is_cancelled());
            if expired || *turned_away {
                Self::end(core, &session);
            } else {
                session.sweep(core);
            }
        }
    }
}

fn oldest(
    table: &HashMap<[u8; 16], Arc<Session>>,
    fits: impl Fn(&Session) -> bool,
) -> Option<[u8; 16]> {
    table
        .values()
        .filter(|one| fits(one))
        .filter_map(|one| Some((one.idle_since()?, one.id)))
        .min()
        .map(|(_, id)| id)
}

/// Sweeps until shutdown. Begun with the first session, so that an endpoint without sessions has no
/// task.
fn sweep_now_and_then(core: &Arc<Core>) {
    const LONGEST: Duration = Duration::from_secs(30);
    let every = (core.settings.session_idle / 4).clamp(Duration::from_millis(10), LONGEST);
    let weak = Arc::downgrade(core);
    let shutdown = core.shutdown.clone();
    core.tasks.spawn(async move {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(every) => {}
            }
            let Some(core) = weak.upgrade() else {
                return;
            };
            Sessions::sweep(&core);
        }
    });
}

/// The header that names a session.
pub(super) const SESSION_HEADER: &str = "mcp-session-id";

/// Writes a session's id.
pub(super) fn written(id: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(id))
}

/// The session a request names.
pub(super) enum Named {
    /// It names none.
    Nothing,
    /// One of ours, by its form.
    Session([u8; 16]),
    /// None of ours.
    Foreign,
}

/// The session a request names.
pub(super) fn named(headers: &HeaderMap) -> Named {
    let Some(value) = headers.get(SESSION_HEADER) else {
        return Named::Nothing;
    };
    value
        .to_str()
        .ok()
        .filter(|text| text.len() == 32 && !text.starts_with('+'))
        .and_then(|text| u128::from_str_radix(text, 16).ok())
        .map_or(Named::Foreign, |id| Named::Session(id.to_be_bytes()))
}
