use jiff::Timestamp;
use keyway_app::audit::AuditEntry;
use keyway_core::Error;
use keyway_pages::console_context::{EventKindLine, EventLine};

use super::about::Abouts;
use crate::console::show::moment;
use crate::console::took::took;
use crate::shared::Shared;

/// A kind of event, and whether it has a text.
pub(super) fn kind(shared: &Shared, kind: &str) -> EventKindLine {
    EventKindLine {
        kind: kind.to_owned(),
        known: shared.pages.says(&format!("event-{kind}")),
    }
}

/// An event as a line of a list.
pub(super) fn line(shared: &Shared, abouts: &Abouts, entry: &AuditEntry) -> EventLine {
    let began = entry.phase.as_deref() == Some("intent");
    EventLine {
        seq: entry.seq,
        at: moment(shared, entry.at),
        after: None,
        kind: kind(shared, &entry.kind),
        who: entry
            .actor_name
            .clone()
            .unwrap_or_else(|| entry.actor.id.clone()),
        who_kind: entry.actor.kind.clone(),
        about: abouts.text(entry),
        about_href: abouts.href(entry),
        server: entry.server.clone(),
        outcome: entry
            .outcome
            .clone()
            .or_else(|| began.then(|| "began".to_owned())),
        code: entry.code.clone(),
        took: entry.duration_us.map(took),
        bar: None,
    }
}

/// A moment from a field that says one in UTC, as browsers send it, or as RFC 3339 has it.
pub(super) fn field_moment(name: &str, text: &str) -> Result<Option<Timestamp>, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let given = text.parse::<Timestamp>().ok();
    let local = || {
        let local = text.parse::<jiff::civil::DateTime>().ok()?;
        let zoned = local.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    };
    let read = given.or_else(local).map(Some);
    read.ok_or_else(|| {
        Error::invalid_at(format!("/{name}"), "a moment in UTC, like 2026-07-28T10:00")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_browsers_send_it() {
        let read = |text| field_moment("since", text);
        assert_eq!(read(" ").unwrap(), None);
        let at = read("2026-07-28T10:00").unwrap().unwrap();
        assert_eq!(at.to_string(), "2026-07-28T10:00:00Z");
        assert_eq!(read("2026-07-28T12:00:00+02:00").unwrap(), Some(at));
        assert!(!read("canary").unwrap_err().to_string().contains("canary"));
    }
}
