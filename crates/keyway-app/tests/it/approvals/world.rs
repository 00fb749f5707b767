#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::Arc;
use std::time::Duration;

use keyway_app::approvals::{
    ApprovalDetail, ApprovalView, Approvals, Decide, ListApprovals, Through,
};
use keyway_app::people::SignedIn;
use keyway_app::{App, Settings};
use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, InputRequests, InputResponses, LogLevel,
    RelayMethod,
};
use keyway_core::{ApprovalId, Error, Principal, Role};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::fake_upstream::FakeUpstream;
use crate::oauth::world::{Gate, gate_with};
use crate::policy::world::{lists, policies};
use crate::support::{Asking, until};

/// People may not decide about what is theirs.
pub(crate) const OTHERS: &str = "forbid (principal, action == Action::\"approve\", resource);";

/// A gateway with an owner, a member, and a client that acts for the member.
pub(crate) struct World {
    pub(crate) gate: Gate,
    pub(crate) upstream: Arc<FakeUpstream>,
    pub(crate) member: SignedIn,
    /// The member, through the client.
    pub(crate) client: Principal,
}

impl World {
    /// Requests do not wait.
    pub(crate) async fn new() -> Self {
        Self::with(|settings| settings.approvals.wait = Duration::ZERO).await
    }

    /// Requests wait for as long as a test takes.
    pub(crate) async fn patient() -> Self {
        Self::with(|settings| settings.approvals.wait = Duration::from_mins(2)).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let gate = gate_with(|settings| {
            settings.pages_url = Some("https://gate.example".into());
            change(settings);
        })
        .await;
        let upstream = FakeUpstream::new("s");
        upstream.list(lists());
        let member = gate.world.joined("grace@example.com", Role::Member).await;
        let code = gate.code(&member.visitor, "mcp").await;
        let tokens = gate.redeem(&code).await.unwrap();
        let come_in = gate.come_in(&tokens).await.unwrap();
        let app = gate.world.app();
        app.set_upstreams(vec![Arc::clone(&upstream) as _]);
        app.set_policies(policies(OTHERS));
        Self {
            gate,
            upstream,
            member,
            client: come_in,
        }
    }

    pub(crate) fn app(&self) -> &App {
        self.gate.world.app()
    }

    pub(crate) fn approvals(&self) -> Approvals {
        self.app().approvals()
    }

    /// The owner, signed in.
    pub(crate) fn owner(&self) -> &Principal {
        &self.gate.owner.visitor.principal
    }

    /// What the client is answered that calls the destructive tool.
    pub(crate) async fn asks(&self, path: &str) -> String {
        self.call(&self.client, json!({ "path": path })).await
    }

    pub(crate) async fn call(&self, who: &Principal, arguments: Value) -> String {
        self.params(
            who,
            json!({ "name": "mcp__s__drop", "arguments": arguments }),
        )
        .await
    }

    pub(crate) async fn params(&self, who: &Principal, params: Value) -> String {
        self.params_at(who, params, Arc::new(keyway_core::ports::NoCaller))
            .await
    }

    pub(crate) async fn params_at(
        &self,
        who: &Principal,
        params: Value,
        caller: Arc<dyn Caller>,
    ) -> String {
        let asking = Asking {
            who: who.clone(),
            caller,
            ..Asking::new(self.app())
        };
        let outcome = asking.call(self.app(), RelayMethod::CallTool, "mcp__s__drop", &params);
        match outcome.await {
            Ok(result) => result.as_str().to_owned(),
            Err(error) => error.message,
        }
    }

    /// Everything, the last asked first.
    pub(crate) async fn all(&self) -> Vec<ApprovalView> {
        let local = self.app().local();
        let (approvals, list) = (self.approvals(), ListApprovals::default());
        let page = approvals.list(&local, &list).await;
        page.unwrap().approvals
    }

    /// The one that waits, once there is one.
    pub(crate) async fn pending(&self) -> ApprovalView {
        let list = ListApprovals {
            state: Some("pending"),
            ..ListApprovals::default()
        };
        let local = self.app().local();
        let approvals = self.approvals();
        until(|| async {
            !approvals
                .list(&local, &list)
                .await
                .unwrap()
                .approvals
                .is_empty()
        })
        .await;
        let mut found = approvals.list(&local, &list).await.unwrap().approvals;
        assert_eq!(found.len(), 1);
        found.remove(0)
    }

    pub(crate) async fn decide(
        &self,
        who: &Principal,
        id: &ApprovalId,
        decide: Decide<'_>,
    ) -> Result<ApprovalView, Error> {
        let approvals = self.approvals();
        approvals.decide(who, id, decide, Through::Console).await
    }

    pub(crate) async fn approve(&self, id: &ApprovalId) {
        let owner = self.owner().clone();
        self.decide(&owner, id, Decide::Approve).await.unwrap();
    }

    pub(crate) async fn show(&self, id: &ApprovalId) -> ApprovalDetail {
        let local = self.app().local();
        self.approvals().show(&local, id).await.unwrap()
    }

    /// How often the tool ran.
    pub(crate) fn ran(&self) -> usize {
        let log = self.upstream.log.lock();
        log.iter().filter(|line| *line == "tools/call drop").count()
    }

    /// Waits until a run of an approved call has an outcome.
    pub(crate) async fn outcome(&self, id: &ApprovalId) -> String {
        let outcome = || async {
            let outcome = self.show(id).await.approval.outcome;
            outcome.filter(|outcome| outcome != "running")
        };
        until(|| async { outcome().await.is_some() }).await;
        outcome().await.unwrap()
    }

    pub(crate) async fn stop(self) {
        self.gate.world.stop().await;
    }
}

/// The code of a failure of a tool.
pub(crate) fn code(answer: &str) -> String {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let text = answer.pointer("/content/0/text").and_then(Value::as_str);
    let error: Value = serde_json::from_str(text.unwrap_or_default()).unwrap_or_default();
    let code = error.get("code").or_else(|| error.pointer("/error/code"));
    code.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A client that can open pages, at which somebody does something when asked to.
pub(crate) struct Opens {
    pub(crate) answer: &'static str,
    pub(crate) modern: bool,
    pub(crate) asked: parking_lot::Mutex<Vec<String>>,
}

impl Opens {
    pub(crate) fn new(answer: &'static str, modern: bool) -> Arc<Self> {
        Arc::new(Self {
            answer,
            modern,
            asked: parking_lot::Mutex::default(),
        })
    }
}

impl Caller for Opens {
    fn capabilities(&self) -> ClientCapabilities {
        ClientCapabilities {
            elicitation_url: true,
            ..ClientCapabilities::default()
        }
    }

    fn wants_progress(&self) -> bool {
        false
    }

    fn log_level(&self) -> Option<LogLevel> {
        None
    }

    fn notify(&self, _: &str, _: Box<RawValue>) {}

    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        let answers = requests.into_iter().map(|(key, request)| {
            let params = request.params.unwrap();
            self.asked.lock().push(params.get().to_owned());
            let answer = json!({ "action": self.answer });
            (key, RawValue::from_string(answer.to_string()).unwrap())
        });
        Box::pin(std::future::ready(Ok(answers.collect())))
    }

    fn takes_input_required(&self) -> bool {
        self.modern
    }
}
