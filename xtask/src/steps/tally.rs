//! How many checks passed, failed and were skipped.

use std::fmt;
use std::ops::AddAssign;

/// A count of checks. Prints as `N passed, N failed, N skipped`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

impl Tally {
    /// One check.
    pub(crate) fn check(good: bool) -> Self {
        Self {
            passed: u32::from(good),
            failed: u32::from(!good),
            skipped: 0,
        }
    }

    /// Whether nothing failed.
    pub(crate) fn is_good(self) -> bool {
        self.failed == 0
    }

    /// The outcome in a word or two.
    pub(crate) fn verdict(self) -> &'static str {
        match self {
            Self { failed: 1.., .. } => "FAILED",
            Self {
                passed: 0,
                skipped: 1..,
                ..
            } => "NOT RUN",
            _ => "ok",
        }
    }

    /// Adds what one line of a test runner's output counts, in the words of nextest or of libtest.
    pub(crate) fn read(&mut self, line: &str) {
        for part in line.split([',', ';', ':']) {
            let mut words = part
                .split_whitespace()
                .skip_while(|word| word.parse::<u32>().is_err());
            let Some(count) = words.next().and_then(|word| word.parse::<u32>().ok()) else {
                continue;
            };
            match words.next() {
                Some("passed") => self.passed += count,
                Some("failed" | "timed" | "exec") => self.failed += count,
                Some("skipped" | "ignored") => self.skipped += count,
                _ => {}
            }
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn what_was_only_skipped_is_not_ok() {
        let tally = |passed, failed, skipped| Tally {
            passed,
            failed,
            skipped,
        };
        assert_eq!(tally(2, 0, 1).verdict(), "ok");
        assert_eq!(tally(2, 1, 0).verdict(), "FAILED");
        assert_eq!(tally(0, 0, 3).verdict(), "NOT RUN");
    }

    #[test]
    fn both_runners_are_understood() {
        let mut tally = Tally::default();
        tally.read("Summary [   1.004s] 14 tests run: 11 passed (1 slow), 2 failed, 1 timed out, 3 skipped");
        assert_eq!(
            tally,
            Tally {
                passed: 11,
                failed: 3,
                skipped: 3
            }
        );
        tally.read("test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.40s");
        assert_eq!(
            tally,
            Tally {
                passed: 16,
                failed: 3,
                skipped: 4
            }
        );
    }
}
