use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets, in microseconds, and as they are written, in seconds. What is
/// longer than the last counts only under `+Inf`.
const BOUNDS: [(u64, &str); 15] = [
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
    (30_000_000, "30"),
];

/// Durations, counted in buckets.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// Not cumulative; the last is for everything beyond the bounds.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

/// A histogram at one moment.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// Bound (`le`) and how many were at most that long; the last is `+Inf`.
    pub(super) cumulative: Vec<(&'static str, u64)>,
    /// How many there were.
    pub(super) count: u64,
    /// How long they were together, in seconds.
    pub(super) seconds: f64,
}

impl Histogram {
    pub(super) fn observe(&self, took: Duration) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        // A bound belongs to its bucket, so what is not whole rounds up.
        let microseconds = nanoseconds.div_ceil(1_000);
        let bucket = BOUNDS.partition_point(|(bound, _)| *bound < microseconds);
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let bounds = BOUNDS.iter().map(|(_, written)| *written).chain(["+Inf"]);
        let mut count = 0;
        let cumulative = bounds
            .zip(&self.buckets)
            .map(|(bound, bucket)| {
                count += bucket.load(Ordering::Relaxed);
                (bound, count)
            })
            .collect();
        let total = Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed));
        Snapshot {
            cumulative,
            count,
            seconds: total.as_secs_f64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_a_bound_belongs_to_its_bucket() {
        let histogram = Histogram::default();
        for took in [
            Duration::from_nanos(1),
            Duration::from_micros(250),
            Duration::from_nanos(250_001),
            Duration::from_millis(5),
            Duration::from_hours(1),
        ] {
            histogram.observe(took);
        }
        let snapshot = histogram.snapshot();
        let at = |bound| {
            snapshot
                .cumulative
                .iter()
                .find(|(le, _)| *le == bound)
                .unwrap()
                .1
        };
        assert_eq!(at("0.00025"), 2);
        assert_eq!(at("0.0005"), 3);
        assert_eq!(at("0.0025"), 3);
        assert_eq!(at("0.005"), 4);
        assert_eq!(at("30"), 4);
        assert_eq!(at("+Inf"), 5);
        assert_eq!(snapshot.count, 5);
        assert!((snapshot.seconds - 3_600.005_500_002).abs() < 1e-6);
    }
}
