use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::RwLock;

/// Upper bounds of the buckets, in microseconds, and as they are written, in seconds.
const BUCKETS: [(u64, &str); 11] = [
    (100, "0.0001"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (5_000_000, "5"),
    (30_000_000, "30"),
];

/// The most names that are counted by themselves, so that an upstream that keeps renaming its
/// tools does not fill the memory. The rest is counted together.
const MAX_METERS: usize = 10_000;

/// What is counted: calls, failures and durations, by action and by upstream tool.
#[derive(Debug, Default)]
pub struct Metrics {
    meters: RwLock<BTreeMap<(Kind, String), Arc<Meter>>>,
    output_violations: AtomicU64,
    pub(crate) audit: Arc<crate::audit::Counters>,
    pub(crate) approvals: crate::approvals::Counters,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Action,
    Tool,
}

/// The counters of one action or tool.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    calls: AtomicU64,
    errors: AtomicU64,
    micros: AtomicU64,
    buckets: [AtomicU64; BUCKETS.len()],
}

impl Meter {
    pub(crate) fn record(&self, took: Duration, failed: bool) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
        if failed {
            self.errors.fetch_add(1, Ordering::Relaxed);
        }
        let bucket = BUCKETS.iter().position(|(bound, _)| micros <= *bound);
        if let Some(count) = bucket.and_then(|index| self.buckets.get(index)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Metrics {
    pub(crate) fn action(&self, slug: &str) -> Arc<Meter> {
        self.meter(Kind::Action, slug)
    }

    pub(crate) fn tool(&self, exposed: &str) -> Arc<Meter> {
        self.meter(Kind::Tool, exposed)
    }

    /// An upstream's answer did not fit the schema it advertised.
    pub(crate) fn output_violated(&self) {
        self.output_violations.fetch_add(1, Ordering::Relaxed);
    }

    /// Everything in the text format of Prometheus (version 0.0.4).
    pub fn render(&self) -> String {
        let meters = self.meters.read();
        let mut out = String::new();
        head(
            &mut out,
            "keyway_calls_total",
            "counter",
            "Calls that ended.",
        );
        for ((kind, name), meter) in meters.iter() {
            let labels = labels(*kind, name);
            let calls = meter.calls.load(Ordering::Relaxed);
            let _ = writeln!(out, "keyway_calls_total{{{labels}}} {calls}");
        }
        head(
            &mut out,
            "keyway_call_errors_total",
            "counter",
            "Calls that failed.",
        );
        for ((kind, name), meter) in meters.iter() {
            let labels = labels(*kind, name);
            let errors = meter.errors.load(Ordering::Relaxed);
            let _ = writeln!(out, "keyway_call_errors_total{{{labels}}} {errors}");
        }
        let name = "keyway_call_duration_seconds";
        head(&mut out, name, "histogram", "How long calls took.");
        for ((kind, target), meter) in meters.iter() {
            histogram(&mut out, name, &labels(*kind, target), meter);
        }
        let name = "keyway_upstream_output_violations_total";
        head(
            &mut out,
            name,
            "counter",
            "Answers of upstreams that broke their own schema.",
        );
        let count = self.output_violations.load(Ordering::Relaxed);
        let _ = writeln!(out, "{name} {count}");
        self.audit.render(&mut out);
        self.approvals.render(&mut out);
        out
    }

    fn meter(&self, kind: Kind, name: &str) -> Arc<Meter> {
        let key = (kind, name.to_owned());
        if let Some(meter) = self.meters.read().get(&key) {
            return Arc::clone(meter);
        }
        let mut meters = self.meters.write();
        let key = if meters.len() < MAX_METERS {
            key
        } else {
            (kind, "(others)".to_owned())
        };
        Arc::clone(meters.entry(key).or_default())
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn labels(kind: Kind, name: &str) -> String {
    let kind = match kind {
        Kind::Action => "action",
        Kind::Tool => "upstream_tool",
    };
    let name = name
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("kind=\"{kind}\",name=\"{name}\"")
}

fn histogram(out: &mut String, name: &str, labels: &str, meter: &Meter) {
    let mut below = 0;
    for ((_, bound), count) in BUCKETS.iter().zip(&meter.buckets) {
        below += count.load(Ordering::Relaxed);
        let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {below}");
    }
    let calls = meter.calls.load(Ordering::Relaxed).max(below);
    let seconds = Duration::from_micros(meter.micros.load(Ordering::Relaxed)).as_secs_f64();
    let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {calls}");
    let _ = writeln!(out, "{name}_sum{{{labels}}} {seconds}");
    let _ = writeln!(out, "{name}_count{{{labels}}} {calls}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_told_by_name_and_a_name_cannot_break_the_format() {
        let metrics = Metrics::default();
        metrics
            .action("status")
            .record(Duration::from_micros(200), false);
        metrics
            .action("status")
            .record(Duration::from_mins(1), true);
        metrics.tool("a\"b\nc").record(Duration::ZERO, false);
        let text = metrics.render();
        assert!(text.contains("keyway_calls_total{kind=\"action\",name=\"status\"} 2\n"));
        assert!(text.contains("keyway_call_errors_total{kind=\"action\",name=\"status\"} 1\n"));
        assert!(text.contains("name=\"status\",le=\"0.0005\"} 1\n"));
        assert!(text.contains("name=\"status\",le=\"30\"} 1\n"));
        assert!(text.contains("name=\"status\",le=\"+Inf\"} 2\n"));
        assert!(text.contains("name=\"a\\\"b\\nc\"} 1\n"));
    }
}
