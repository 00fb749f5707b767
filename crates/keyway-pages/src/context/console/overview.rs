use serde::Serialize;

use super::{Moment, Plot, SAMPLE_OUTSIDE, Took};
use crate::Page;

/// How the gateway is, at a glance: `console/overview.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// How many tools whoever looks may call.
    pub tools: usize,
    /// How many MCP servers there are.
    pub server_count: usize,
    /// How many of them are connected.
    pub connected: usize,
    /// How many agents are published; for administrators.
    pub publications: Option<usize>,
    /// The servers, of many the first ones.
    pub servers: Vec<ServerLine>,
    /// What calls did; for administrators.
    pub calls: Option<CallsLine>,
}

/// What calls did in a stretch of time.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallsLine {
    /// `24h` or `7d`; its text is `overview-window-{window}`.
    pub window: &'static str,
    /// How many calls there were.
    pub all: u64,
    /// How many failed.
    pub errors: u64,
    /// How many were not let through.
    pub denied: u64,
    /// How long half of them took at most.
    pub half: Option<Took>,
    /// How long 95 of 100 took at most.
    pub most: Option<Took>,
    /// Calls over time, with those that failed.
    pub calls_plot: Plot,
    /// How long 95 of 100 took, over time.
    pub took_plot: Plot,
    /// The tools that were called most.
    pub tools: Vec<ToolCalls>,
}

/// A tool and its calls.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolCalls {
    /// The tool. Text from outside.
    pub name: String,
    /// Its page; absent for what is no tool any more.
    pub href: Option<String>,
    /// How many calls there were.
    pub all: u64,
    /// How many failed.
    pub errors: u64,
    /// How long 95 of 100 took at most.
    pub most: Option<Took>,
}

/// An MCP server and how it is.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerLine {
    /// Its key.
    pub key: String,
    /// `connected`, `connecting`, …; its text is `server-state-{state}`.
    pub state: &'static str,
    /// `good`, `info`, `warn` or `bad`.
    pub kind: &'static str,
    /// Why it is not connected. Text from outside.
    pub reason: Option<String>,
    /// Since when.
    pub since: Moment,
    /// How many tools it lists, where that is known.
    pub tools: Option<usize>,
    /// Of 1000 moments, at how many it was connected, where that is known.
    pub available: Option<Available>,
}

/// How often a server was connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Available {
    /// In percent, with one digit after the point.
    pub percent: String,
    /// In whole percent, for a picture.
    pub whole: u8,
}

impl Available {
    /// Of a part of the time, from 0 to 1.
    pub fn of(part: f64) -> Self {
        let percent = (part.clamp(0.0, 1.0) * 1000.0).floor() / 10.0;
        let mut whole = 0;
        while whole < 100 && f64::from(whole) < percent.floor() {
            whole += 1;
        }
        Self {
            percent: format!("{percent:.1}"),
            whole,
        }
    }
}

impl ServerLine {
    /// How serious a state is.
    pub fn kind_of(state: &str) -> &'static str {
        match state {
            "connected" => "good",
            "configured" | "connecting" => "info",
            "auth_required" => "warn",
            _ => "bad",
        }
    }
}

impl Page for Overview {
    const TEMPLATE: &'static str = "console/overview.html";

    fn samples() -> Vec<Self> {
        let states = [
            "configured",
            "connecting",
            "connected",
            "disconnected",
            "auth_required",
            "auth_failed",
            "stopped",
            "removed",
        ];
        let line = |(at, state): (u16, &&'static str)| ServerLine {
            key: format!("server-{at}"),
            state,
            kind: ServerLine::kind_of(state),
            reason: (*state != "connected").then(|| SAMPLE_OUTSIDE.into()),
            since: Moment::sample(i64::from(at) * 4000),
            tools: (at != 1).then_some(12),
            available: (at != 2).then(|| Available::of(f64::from(at) / 8.0)),
        };
        let called = |name: &str, href: Option<&str>| ToolCalls {
            name: name.into(),
            href: href.map(str::to_owned),
            all: 1234,
            errors: 4,
            most: href.map(|_| Took::micros(43_000)),
        };
        let series: Vec<u64> = (0..48).map(|step| (step * 7) % 40).collect();
        let counts: Vec<_> = series.iter().map(|count| (*count, count / 9)).collect();
        let took: Vec<_> = series
            .iter()
            .map(|count| Some(*count).filter(|count| *count > 5))
            .collect();
        let full = Self {
            tools: 1234,
            server_count: 8,
            connected: 1,
            publications: Some(3),
            servers: (0..).zip(&states).map(line).collect(),
            calls: Some(CallsLine {
                window: "24h",
                all: 98_765,
                errors: 12,
                denied: 3,
                half: Some(Took::micros(900)),
                most: Some(Took::micros(1_500_000)),
                calls_plot: Plot::bars(&counts),
                took_plot: Plot::line(&took),
                tools: vec![
                    called("mcp__github__list_issues", Some("/console/tools/x")),
                    called(SAMPLE_OUTSIDE, None),
                ],
            }),
        };
        let quiet = Self {
            calls: Some(CallsLine {
                window: "7d",
                all: 0,
                errors: 0,
                denied: 0,
                half: None,
                most: None,
                calls_plot: Plot::bars(&[(0, 0); 84]),
                took_plot: Plot::line(&[None; 84]),
                tools: Vec::new(),
            }),
            ..full.clone()
        };
        let empty = Self {
            tools: 0,
            server_count: 0,
            connected: 0,
            publications: None,
            servers: Vec::new(),
            calls: None,
        };
        vec![full, quiet, empty]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_always_connected_is_never_a_hundred_percent() {
        let of = |part| Available::of(part).percent;
        assert_eq!(
            (of(1.0), of(0.9999), of(0.5)),
            ("100.0".into(), "99.9".into(), "50.0".into())
        );
        assert_eq!(Available::of(0.9999).whole, 99);
    }
}
