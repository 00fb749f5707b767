use std::sync::Arc;

use keyway_client::Person;
use keyway_client::approvals::{AllowList, Approvals};
use keyway_client::calls::{CallParts, Calls, Sampler};
use keyway_core::ports::LogLevel;
use url::Url;

use super::LocalClient;

/// Who is asked about calls, and what needs no question.
pub(crate) struct Asking {
    /// Who is asked.
    pub(crate) person: Arc<dyn Person>,
    /// What was approved.
    pub(crate) approvals: Arc<Approvals>,
    /// The model that answers servers; without one they are refused.
    pub(crate) model: Option<Arc<dyn Sampler>>,
    /// The lowest level of servers' log messages that are told; `None` for none.
    pub(crate) log_level: Option<LogLevel>,
}

impl LocalClient {
    /// Answers kept in the person's folder, with `allow.json` and what the command line allows. The
    /// text says why `allow.json` is not used, if so.
    pub(crate) fn approvals(&self, given: &AllowList) -> (Arc<Approvals>, Option<String>) {
        let folder = self.home().dir();
        let (mut allow, wrong) = AllowList::read(&folder.join("allow.json"));
        allow.extend(given);
        let clock = Arc::clone(self.clock());
        (Arc::new(Approvals::new(folder, allow, clock)), wrong)
    }

    /// Calls to these servers. What servers ask outside any call goes to the same person.
    pub(crate) fn calls(&self, asking: Asking) -> Calls {
        let root = Url::from_file_path(self.project().dir());
        let calls = Calls::new(CallParts {
            servers: Arc::new(self.clone()),
            approvals: asking.approvals,
            person: asking.person,
            model: asking.model,
            roots: root.iter().map(Url::to_string).collect(),
            log_level: asking.log_level,
        });
        self.answer_outside(calls.outside());
        calls
    }
}
