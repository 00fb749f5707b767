/// Up to how many microseconds a call takes that is counted at each place; one more place is for those
/// that take longer.
pub const BOUNDS_MICROS: [u64; 17] = [
    100, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
    2_000_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000,
];

/// The columns, in the order of [`CallCounts::to_row`].
pub(super) const COLUMNS: [&str; 23] = [
    "calls",
    "errors",
    "denied",
    "cancelled",
    "micros",
    "le_100us",
    "le_500us",
    "le_1ms",
    "le_2ms",
    "le_5ms",
    "le_10ms",
    "le_20ms",
    "le_50ms",
    "le_100ms",
    "le_200ms",
    "le_500ms",
    "le_1s",
    "le_2s",
    "le_5s",
    "le_10s",
    "le_30s",
    "le_60s",
    "longer",
];

/// How many of the columns are not about how long calls took.
const PLAIN: usize = COLUMNS.len() - BOUNDS_MICROS.len() - 1;

/// What calls did, added up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallCounts {
    /// How many were made.
    pub calls: u64,
    /// Of these, those that failed.
    pub errors: u64,
    /// Of these, those that were not let through.
    pub denied: u64,
    /// Of these, those that were taken back.
    pub cancelled: u64,
    /// How long those that ran took together, in microseconds.
    pub micros: u64,
    /// How many took at most as long as each of [`BOUNDS_MICROS`] and longer than the one before, then
    /// those that took longer than all.
    pub took: [u64; BOUNDS_MICROS.len() + 1],
}

impl CallCounts {
    /// Counts how long a call took, in microseconds.
    pub fn took(&mut self, micros: u64) {
        self.micros = self.micros.saturating_add(micros);
        let place = BOUNDS_MICROS.iter().position(|bound| micros <= *bound);
        if let Some(count) = self.took.get_mut(place.unwrap_or(BOUNDS_MICROS.len())) {
            *count += 1;
        }
    }

    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.errors += other.errors;
        self.denied += other.denied;
        self.cancelled += other.cancelled;
        self.micros = self.micros.saturating_add(other.micros);
        for (own, other) in self.took.iter_mut().zip(&other.took) {
            *own += other;
        }
    }

    /// How long so many of a thousand calls that ran took at most, in microseconds: as exact as the
    /// bounds are near, and no more than the last of them. `None` where none ran.
    pub fn quantile(&self, of_thousand: u64) -> Option<u64> {
        let ran: u64 = self.took.iter().sum();
        if ran == 0 {
            return None;
        }
        let wanted = ran.saturating_mul(of_thousand.min(1_000)).div_ceil(1_000);
        let (mut below, mut from) = (0, 0);
        for (count, bound) in self.took.iter().zip(BOUNDS_MICROS) {
            let reached = below + count;
            if *count > 0 && reached >= wanted {
                let part = u128::from(bound - from) * u128::from(wanted.saturating_sub(below));
                let within = part / u128::from(*count);
                return Some(from + u64::try_from(within).unwrap_or(bound - from));
            }
            (below, from) = (reached, bound);
        }
        BOUNDS_MICROS.last().copied()
    }

    pub(super) fn to_row(&self) -> [i64; COLUMNS.len()] {
        let plain = [
            self.calls,
            self.errors,
            self.denied,
            self.cancelled,
            self.micros,
        ];
        let mut row = [0; COLUMNS.len()];
        for (cell, count) in row.iter_mut().zip(plain.iter().chain(&self.took)) {
            *cell = i64::try_from(*count).unwrap_or(i64::MAX);
        }
        row
    }

    pub(super) fn of_row(row: &[i64; COLUMNS.len()]) -> Self {
        let at = |place: usize| row.get(place).map_or(0, |count| count.unsigned_abs());
        Self {
            calls: at(0),
            errors: at(1),
            denied: at(2),
            cancelled: at(3),
            micros: at(4),
            took: std::array::from_fn(|place| at(PLAIN + place)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_lies_between_the_bounds_that_hold_it() {
        let mut counts = CallCounts::default();
        assert_eq!(counts.quantile(500), None);
        for _ in 0..90 {
            counts.took(1_500);
        }
        for _ in 0..10 {
            counts.took(150_000);
        }
        let half = counts.quantile(500).unwrap();
        assert!((1_001..=2_000).contains(&half), "{half}");
        let most = counts.quantile(950).unwrap();
        assert!((100_001..=200_000).contains(&most), "{most}");
        counts.took(u64::MAX);
        assert_eq!(counts.quantile(1_000), Some(60_000_000));
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let mut counts = CallCounts {
            calls: 3,
            errors: 1,
            denied: 1,
            cancelled: 1,
            ..CallCounts::default()
        };
        counts.took(70);
        counts.took(70_000_000);
        assert_eq!(CallCounts::of_row(&counts.to_row()), counts);
        let mut twice = counts.clone();
        twice.add(&counts);
        assert_eq!((twice.calls, twice.took[0], twice.took[17]), (6, 2, 2));
    }
}
