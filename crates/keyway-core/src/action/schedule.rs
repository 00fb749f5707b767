use std::fmt;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

use crate::rpc::RawJson;

/// The fields of cron, and what each takes.
const FIELDS: [&str; 5] = [
    "a minute: 0 to 59",
    "an hour: 0 to 23",
    "a day of the month: 1 to 31",
    "a month: 1 to 12 or JAN to DEC",
    "a day of the week: 0 to 7 or SUN to SAT",
];

/// How many moments that a clock change repeats are looked past at most.
const REPEATED: usize = 2_000;

/// When something runs by the clock.
///
/// ```
/// use keyway_core::action::Schedule;
///
/// let daily = Schedule::parse("30 2 * * *", "Europe/Berlin").unwrap();
/// let next = daily.next_after("2026-03-27T12:00:00Z".parse().unwrap()).unwrap();
/// assert_eq!(next.to_string(), "2026-03-28T01:30:00Z");
/// // On 29 March the clocks go from 02:00 to 03:00: the run comes at 03:00.
/// assert_eq!(daily.next_after(next).unwrap().to_string(), "2026-03-29T01:00:00Z");
/// ```
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
    spec: String,
    input: RawJson,
}

/// Why a schedule cannot be used.
///
/// ```
/// use keyway_core::action::Schedule;
///
/// let error = Schedule::parse("0 25 * * *", "UTC").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "field 2 of 5 (column 3) is not an hour: 0 to 23, `*`, a list, a range or steps"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadSchedule {
    /// It has another number of fields.
    Fields(usize),
    /// One field.
    Field {
        /// Which one, from 1.
        number: usize,
        /// Where it begins, in characters from 1.
        column: usize,
    },
    /// Each field is right, and no day has them all.
    Never,
    /// There is no such time zone.
    TimeZone,
}

impl fmt::Display for BadSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields(found) => write!(
                f,
                "expected five fields (minute, hour, day of the month, month, day of the week), \
                 found {found}"
            ),
            Self::Field { number, column } => {
                let wanted = FIELDS.get(number - 1).copied().unwrap_or_default();
                write!(
                    f,
                    "field {number} of 5 (column {column}) is not {wanted}, `*`, a list, a range \
                     or steps"
                )
            }
            Self::Never => f.write_str("there is no day on which all of its fields hold"),
            Self::TimeZone => f.write_str(
                "there is no such time zone: expected a name of the IANA database, \
                 like Europe/Berlin or UTC",
            ),
        }
    }
}

impl std::error::Error for BadSchedule {}

impl Schedule {
    /// Reads five fields of cron and the name of a time zone.
    pub fn parse(cron: &str, time_zone: &str) -> Result<Self, BadSchedule> {
        let fields: Vec<_> = cron.split_whitespace().collect();
        if fields.len() != FIELDS.len() {
            return Err(BadSchedule::Fields(fields.len()));
        }
        let bad = || BadSchedule::Field {
            number: 1,
            column: 1,
        };
        let found = parser().parse(cron);
        let read = found.map_err(|_| first_bad(cron, &fields).unwrap_or_else(bad))?;
        let zone = TimeZoneDatabase::bundled()
            .get(time_zone)
            .map_err(|_| BadSchedule::TimeZone)?;
        let schedule = Self {
            cron: read,
            zone,
            spec: format!("{} {time_zone}", fields.join(" ")),
            input: RawJson::empty_object(),
        };
        if schedule.next_after(Timestamp::UNIX_EPOCH).is_none() {
            return Err(BadSchedule::Never);
        }
        Ok(schedule)
    }

    /// What it was read from, in one text: two schedules with the same one are the same.
    pub fn spec(&self) -> &str {
        &self.spec
    }

    /// The input of its runs.
    pub fn input(&self) -> &RawJson {
        &self.input
    }

    /// The first moment behind `after`. Nothing once there is none any more.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let mut civil = self.zone.to_datetime(after);
        for _ in 0..REPEATED {
            civil = self.cron.find_next_occurrence(&civil, false).ok()?;
            let moment = self.moment(civil)?;
            // In an hour that comes a second time, what it holds has been.
            if moment > after {
                return Some(moment);
            }
        }
        None
    }

    /// The last moment behind `after` and not behind `until`: of runs that were missed, the one to
    /// make up for.
    pub fn last_within(&self, after: Timestamp, until: Timestamp) -> Option<Timestamp> {
        // Near the end first, so that a year of minutes is not walked through.
        let hours = [1, 24, 24 * 31, 24 * 366];
        let near = hours.into_iter().filter_map(|hours| {
            let start = until.checked_sub(SignedDuration::from_hours(hours)).ok()?;
            (start > after).then_some(start)
        });
        near.chain(std::iter::once(after)).find_map(|start| {
            let due = |from| self.next_after(from).filter(|moment| *moment <= until);
            std::iter::successors(due(start), |last| due(*last)).last()
        })
    }

    pub(super) fn with_input(mut self, input: RawJson) -> Self {
        self.input = input;
        self
    }

    /// When the clocks show this: for what is skipped the moment after the gap, of two the first.
    fn moment(&self, civil: DateTime) -> Option<Timestamp> {
        let shown = self.zone.to_ambiguous_timestamp(civil);
        match shown.offset() {
            AmbiguousOffset::Gap { .. } => {
                let before = shown.earlier().ok()?;
                let change = self.zone.following(before).next()?;
                Some(change.timestamp())
            }
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
                shown.earlier().ok()
            }
        }
    }
}

fn parser() -> CronParser {
    CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build()
}

/// The first field that cannot be read by itself.
fn first_bad(cron: &str, fields: &[&str]) -> Option<BadSchedule> {
    let mut behind = 0;
    for (index, field) in fields.iter().enumerate() {
        let start = behind + cron.get(behind..)?.find(field)?;
        behind = start + field.len();
        let mut alone = ["*"; 5];
        *alone.get_mut(index)? = field;
        if parser().parse(&alone.join(" ")).is_err() {
            return Some(BadSchedule::Field {
                number: index + 1,
                column: cron.get(..start)?.chars().count() + 1,
            });
        }
    }
    None
}
