use jiff::Timestamp;
use serde::Serialize;

/// A moment, and how far away it is: `m.time(moment)` shows it as "5 minutes ago" or "in 2 hours".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// RFC 3339, to the second, in UTC.
    pub at: String,
    /// Which text says how far away it is: `now`, or `past-` or `future-` with `minutes`, `hours` or
    /// `days`.
    pub unit: &'static str,
    /// How many of them.
    pub number: i64,
}

impl Moment {
    /// A moment as it is seen from another one.
    pub fn new(at: Timestamp, now: Timestamp) -> Self {
        let seconds = now.as_second().saturating_sub(at.as_second());
        let past = seconds >= 0;
        let away = seconds.saturating_abs();
        let (unit, number) = match (away, past) {
            (..60, _) => ("now", 0),
            (60..3600, true) => ("past-minutes", away / 60),
            (60..3600, false) => ("future-minutes", away / 60),
            (3600..86_400, true) => ("past-hours", away / 3600),
            (3600..86_400, false) => ("future-hours", away / 3600),
            (_, true) => ("past-days", away / 86_400),
            (_, false) => ("future-days", away / 86_400),
        };
        let whole = Timestamp::from_second(at.as_second()).unwrap_or(at);
        Self {
            at: whole.to_string(),
            unit,
            number,
        }
    }

    /// One for samples: so many seconds before a fixed moment, after it when negative.
    pub fn sample(seconds_ago: i64) -> Self {
        let now = Timestamp::UNIX_EPOCH;
        let at = Timestamp::from_second(-seconds_ago).unwrap_or(now);
        Self::new(at, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_says_how_far_away_it_is() {
        for (seconds, unit, number) in [
            (0, "now", 0),
            (59, "now", 0),
            (-59, "now", 0),
            (60, "past-minutes", 1),
            (-120, "future-minutes", 2),
            (7200, "past-hours", 2),
            (-7200, "future-hours", 2),
            (864_000, "past-days", 10),
            (-86_400, "future-days", 1),
        ] {
            let moment = Moment::sample(seconds);
            assert_eq!((moment.unit, moment.number), (unit, number), "{seconds}");
        }
        assert_eq!(Moment::sample(-60).at, "1970-01-01T00:01:00Z");
    }
}
