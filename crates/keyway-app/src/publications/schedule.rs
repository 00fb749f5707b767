use jiff::Timestamp;
use keyway_core::action::{BadSchedule, Schedule};
use keyway_core::{Error, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most bytes of what is said by the clock.
const LONGEST: usize = 8 << 10;

/// The most bytes of its five fields, and of the name of its time zone.
const LONGEST_LINE: usize = 256;

/// When a publication wakes its agent by the clock, and with which words: an administrator's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Clockwork {
    /// Five fields of cron.
    cron: String,
    /// A name of the IANA database.
    #[serde(default = "utc")]
    time_zone: String,
    /// What is said to the agent.
    pub(crate) message: String,
    /// Whether all runs are one conversation; else each begins a session of its own.
    #[serde(default)]
    pub(crate) same_session: bool,
}

fn utc() -> String {
    "UTC".to_owned()
}

impl Clockwork {
    /// Reads what somebody said; an empty object is no schedule.
    ///
    /// # Errors
    ///
    /// `invalid_input` with what is wrong at its place below `/schedule`.
    pub(crate) fn said(said: &Value) -> Result<Option<Self>, Error> {
        if said.as_object().is_some_and(serde_json::Map::is_empty) {
            return Ok(None);
        }
        let expected = "a JSON object with the texts cron, timeZone and message, and with sameSession, \
             true or false; an empty one for no schedule";
        let read = Self::deserialize(said);
        let read = read.map_err(|_| Error::invalid_at("/schedule", expected))?;
        let mut problems = Vec::new();
        for (at, text) in [("cron", &read.cron), ("timeZone", &read.time_zone)] {
            if text.len() > LONGEST_LINE {
                problems.push(Problem {
                    pointer: format!("/schedule/{at}"),
                    expected: format!("at most {LONGEST_LINE} bytes"),
                });
            }
        }
        if problems.is_empty()
            && let Err(wrong) = read.parsed()
        {
            let at = match wrong {
                BadSchedule::TimeZone => "timeZone",
                BadSchedule::Fields(_) | BadSchedule::Field { .. } | BadSchedule::Never => "cron",
            };
            problems.push(Problem {
                pointer: format!("/schedule/{at}"),
                expected: wrong.to_string(),
            });
        }
        if read.message.trim().is_empty() || read.message.len() > LONGEST {
            problems.push(Problem {
                pointer: "/schedule/message".to_owned(),
                expected: format!("a text that says something, at most {LONGEST} bytes"),
            });
        }
        if problems.is_empty() {
            return Ok(Some(read));
        }
        Err(Error::invalid_input(problems))
    }

    /// Reads what is stored.
    pub(crate) fn stored(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// When it runs next, behind a moment; never where there is no such moment any more.
    pub(crate) fn next_after(&self, moment: Timestamp) -> Option<Timestamp> {
        self.parsed().ok()?.next_after(moment)
    }

    fn parsed(&self) -> Result<Schedule, BadSchedule> {
        Schedule::parse(&self.cron, &self.time_zone)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schedule_is_read_and_each_mistake_is_told_at_its_place() {
        let said = json!({ "cron": "0 9 * * 1-5", "message": "What is new?" });
        let read = Clockwork::said(&said).unwrap().unwrap();
        let sunday = "2026-11-29T10:00:00Z".parse().unwrap();
        let monday = read.next_after(sunday).unwrap();
        assert_eq!(monday.to_string(), "2026-11-30T09:00:00Z");
        let text = serde_json::to_string(&read).unwrap();
        assert_eq!(Clockwork::stored(&text), Some(read));
        assert_eq!(Clockwork::said(&json!({})).unwrap(), None);
        let wrong = |field: &str, value: Value| {
            let mut said = said.clone();
            said[field] = value;
            let error = Clockwork::said(&said).unwrap_err();
            error.problems()[0].pointer.clone()
        };
        assert_eq!(wrong("cron", json!("0 25 * * *")), "/schedule/cron");
        assert_eq!(wrong("timeZone", json!("Mars/One")), "/schedule/timeZone");
        let long = json!(format!("{} * * * *", "0,".repeat(200) + "0"));
        assert_eq!(wrong("cron", long), "/schedule/cron");
        assert_eq!(
            wrong("timeZone", json!("U".repeat(257))),
            "/schedule/timeZone"
        );
        assert_eq!(wrong("message", json!(" ")), "/schedule/message");
        assert_eq!(wrong("every", json!("day")), "/schedule");
        assert_eq!(wrong("cron", json!(5)), "/schedule");
    }
}
