use std::collections::HashMap;

use jiff::Timestamp;
use keyway_core::{Error, Principal};
use keyway_store::{CallCounts, CallStats, CallsOf, Span};

use super::servers::Servers;
use super::tally::OWN;
use super::{CallsView, StatsPoint, StatsView, ToolStats, Window};
use crate::App;

/// The most tools and servers that are told.
const MOST: u32 = 50;
/// The most servers whose calls are looked for.
const SERVERS: u32 = 5_000;
/// The most changes of states that are looked at.
const CHANGES: u32 = 50_000;

/// Whose calls are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatsOf<'a> {
    /// The whole organization's.
    #[default]
    Everything,
    /// Those of one MCP server's tools, by its key.
    Server(&'a str),
    /// Those of one tool, by the name clients know.
    Tool(&'a str),
}

impl App {
    /// What calls did in the organization of `who`, who has to be an administrator. What is not known is
    /// all zeros.
    pub async fn stats(
        &self,
        who: &Principal,
        window: Window,
        of: StatsOf<'_>,
    ) -> Result<StatsView, Error> {
        self.administer(who).await?;
        self.inner.stats.write().await?;
        let (store, organization) = (&self.inner.store, who.organization());
        let until = self.inner.clock.now();
        let since = window.since(until);
        let calls_of = match of {
            StatsOf::Everything => CallsOf::All,
            StatsOf::Server(key) => CallsOf::Server(key),
            StatsOf::Tool(name) => CallsOf::Tool(name),
        };
        let steps = store
            .call_series(organization, calls_of, window.step(), since)
            .await?;
        let mut totals = CallCounts::default();
        for step in &steps {
            totals.add(&step.counts);
        }
        let tools = match of {
            StatsOf::Tool(_) => Vec::new(),
            _ => {
                store
                    .calls_by_tool(organization, of.server(), since, MOST)
                    .await?
            }
        };
        let servers = self.servers_in(who, of, &totals, (window, until)).await?;
        let history = of.server().map(|_| servers.history());
        Ok(StatsView {
            window: window.as_str(),
            since,
            until,
            step_seconds: window.step().seconds(),
            totals: CallsView::from(&totals),
            series: series(&steps, window.step(), since, until),
            tools: tools.iter().map(tool).collect(),
            server_count: servers.count(),
            connected_count: servers.connected(),
            servers: servers.first(MOST as usize),
            history: history.unwrap_or_default(),
        })
    }

    async fn servers_in(
        &self,
        who: &Principal,
        of: StatsOf<'_>,
        totals: &CallCounts,
        (window, until): (Window, Timestamp),
    ) -> Result<Servers, Error> {
        let mut called = HashMap::new();
        if matches!(of, StatsOf::Tool(_)) {
            return Ok(Servers::new(
                Vec::new(),
                Vec::new(),
                &called,
                (window, until),
            ));
        }
        let (store, organization) = (&self.inner.store, who.organization());
        let since = window.since(until);
        let mut statuses = self.server_statuses(who).await;
        if let Some(key) = of.server() {
            statuses.retain(|status| status.name == key);
            called.insert(key.to_owned(), totals.clone());
        } else {
            let found = store.calls_by_server(organization, since, SERVERS).await?;
            called.extend(found.into_iter().map(|one| (one.server, one.counts)));
        }
        let changes = store
            .server_states(organization, of.server(), since, CHANGES)
            .await?;
        Ok(Servers::new(statuses, changes, &called, (window, until)))
    }
}

impl<'a> StatsOf<'a> {
    fn server(self) -> Option<&'a str> {
        match self {
            Self::Server(key) => Some(key),
            Self::Everything | Self::Tool(_) => None,
        }
    }
}

fn tool(found: &CallStats) -> ToolStats {
    ToolStats {
        tool: found.tool.clone(),
        server: (found.server != OWN).then(|| found.server.clone()),
        calls: CallsView::from(&found.counts),
    }
}

/// The steps, with those in which nothing was called.
fn series(found: &[CallStats], step: Span, since: Timestamp, until: Timestamp) -> Vec<StatsPoint> {
    let known: HashMap<_, _> = found.iter().map(|one| (one.at, &one.counts)).collect();
    let length = usize::try_from(step.seconds()).unwrap_or(usize::MAX);
    let seconds = (since.as_second()..=until.as_second()).step_by(length);
    let points = seconds.filter_map(|second| Timestamp::from_second(second).ok());
    points
        .map(|at| StatsPoint {
            at,
            calls: known
                .get(&at)
                .map_or_else(CallsView::default, |counts| (*counts).into()),
        })
        .collect()
}
