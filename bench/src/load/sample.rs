use std::time::Duration;

/// What one run of load showed.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) calls: usize,
    pub(crate) per_second: f64,
    /// Microseconds.
    pub(crate) p50: f64,
    /// Microseconds.
    pub(crate) p99: f64,
}

impl Sample {
    /// From latencies in tenths of a microsecond.
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    pub(crate) fn new(mut latencies: Vec<u32>, took: Duration) -> Self {
        latencies.sort_unstable();
        let at = |part: usize| {
            let index = (latencies.len() * part / 100).min(latencies.len().saturating_sub(1));
            latencies
                .get(index)
                .map_or(0.0, |tenths| f64::from(*tenths) / 10.0)
        };
        Self {
            calls: latencies.len(),
            per_second: latencies.len() as f64 / took.as_secs_f64(),
            p50: at(50),
            p99: at(99),
        }
    }
}
