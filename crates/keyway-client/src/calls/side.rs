//! The person's side of a call: what a server asks and tells while the call runs.

use std::sync::Arc;

use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, InputRequest, InputRequests, InputResponses,
    LogLevel,
};
use keyway_core::rpc::RpcError;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::calls::Inner;
use super::sampling::Sample;
use super::servers::Server;
use super::{form, page};
use crate::person::{Decision, Filled, Notice, Page, Request, Subject};
use crate::text::{block, line};

/// How often a form is asked again because its answers do not fit.
const MOST_ROUNDS: usize = 10;

/// A call's caller.
pub(super) struct Side {
    pub(super) inner: Arc<Inner>,
    pub(super) server: Server,
}

impl Side {
    async fn answer(&self, request: InputRequest) -> Result<Box<RawValue>, AskError> {
        let params = request
            .params
            .and_then(|params| serde_json::from_str::<Value>(params.get()).ok())
            .unwrap_or_default();
        let result = match request.method.as_str() {
            "elicitation/create" => match params.get("mode").and_then(Value::as_str) {
                None | Some("form") => self.fill_in(&params).await?,
                Some("url") => self.visit(&params).await?,
                Some(_) => return Err(refused(-32602, "the elicitation mode is not known")),
            },
            "sampling/createMessage" => self.sample(&params).await?,
            "roots/list" => self.roots().await,
            _ => return Err(AskError::Unsupported("this request")),
        };
        serde_json::value::to_raw_value(&result).map_err(|_| AskError::Cancelled)
    }

    async fn fill_in(&self, params: &Value) -> Result<Value, AskError> {
        let mut form =
            form::read(self.server.name(), params).map_err(|wrong| refused(-32602, wrong))?;
        for _ in 0..MOST_ROUNDS {
            let filled = {
                let _turn = self.inner.prompts.lock().await;
                self.inner.person.fill_in(&form.form).await
            };
            match filled {
                Filled::Accepted(answers) => {
                    form.form.problems = form.problems(&answers);
                    if form.form.problems.is_empty() {
                        return Ok(json!({ "action": "accept", "content": answers }));
                    }
                }
                Filled::Declined => return Ok(json!({ "action": "decline" })),
                Filled::Cancelled => return Ok(json!({ "action": "cancel" })),
            }
        }
        Ok(json!({ "action": "cancel" }))
    }

    /// Asks the person to open a page; a page that must not be opened is declined.
    pub(super) async fn visit(&self, params: &Value) -> Result<Value, AskError> {
        let text = |member: &str| {
            params
                .get(member)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let server = self.server.name();
        let url = match page::address(text("url")) {
            Ok(url) => url,
            Err(wrong) => {
                self.inner.person.tell(Notice::Line(format!(
                    "`{server}` wanted a page opened, and was refused: {wrong}"
                )));
                return Ok(json!({ "action": "decline" }));
            }
        };
        let page = Page {
            server: server.to_owned(),
            message: block(text("message"), 4_000),
            url,
        };
        let _turn = self.inner.prompts.lock().await;
        Ok(match self.inner.person.visit(&page).await {
            Filled::Accepted(_) => json!({ "action": "accept" }),
            Filled::Declined => json!({ "action": "decline" }),
            Filled::Cancelled => json!({ "action": "cancel" }),
        })
    }

    async fn sample(&self, params: &Value) -> Result<Value, AskError> {
        let Some(model) = self.inner.model.clone() else {
            return Err(AskError::Unsupported("sampling"));
        };
        let sample = Sample::read(self.server.name(), params)
            .ok_or_else(|| refused(-32602, "the messages cannot be understood"))?;
        let request = Request {
            server: self.server.name().to_owned(),
            subject: Subject::Sampling {
                preview: sample.preview(),
                max_tokens: sample.max_tokens,
            },
            can_remember: false,
        };
        let decision = {
            let _turn = self.inner.prompts.lock().await;
            self.inner.person.decide(&request).await
        };
        // The code is the specification's own (MCP, Sampling, Error Handling).
        if let Decision::Deny { .. } = decision {
            return Err(refused(-1, "the person refused the sampling request"));
        }
        match model.sample(&sample).await {
            Ok(sampled) => Ok(sampled.result()),
            Err(why) => Err(refused(RpcError::INTERNAL_ERROR, &line(&why, 500))),
        }
    }

    /// The folders worked in, if the person lets the server know; none otherwise.
    async fn roots(&self) -> Value {
        let roots = &self.inner.roots;
        let asked = (
            self.server.profile.clone(),
            self.server.name().to_owned(),
            self.server.address.clone(),
        );
        let _turn = self.inner.prompts.lock().await;
        let known = self.inner.told_roots.lock().get(&asked).copied();
        let may = if let Some(may) = known {
            may
        } else {
            let request = Request {
                server: self.server.name().to_owned(),
                subject: Subject::Roots {
                    roots: roots.clone(),
                },
                can_remember: false,
            };
            let decision = self.inner.person.decide(&request).await;
            let may = !matches!(decision, Decision::Deny { .. });
            self.inner.told_roots.lock().insert(asked, may);
            may
        };
        let shown = if may { roots.as_slice() } else { &[] };
        let roots: Vec<_> = shown.iter().map(|uri| json!({ "uri": uri })).collect();
        json!({ "roots": roots })
    }
}

impl Caller for Side {
    fn capabilities(&self) -> ClientCapabilities {
        ClientCapabilities {
            elicitation_form: true,
            elicitation_url: true,
            sampling: self.inner.model.is_some(),
            roots: true,
            raw: None,
        }
    }

    fn wants_progress(&self) -> bool {
        true
    }

    fn log_level(&self) -> Option<LogLevel> {
        self.inner.log_level
    }

    fn notify(&self, method: &str, params: Box<RawValue>) {
        let params: Value = serde_json::from_str(params.get()).unwrap_or_default();
        let server = self.server.name().to_owned();
        let text = |member: &str| params.get(member).and_then(Value::as_str);
        let number = |member: &str| params.get(member).and_then(Value::as_f64);
        let notice = match method {
            "notifications/progress" => Notice::Progress {
                server,
                progress: number("progress").unwrap_or_default(),
                total: number("total"),
                message: text("message").map(|message| line(message, 200)),
            },
            "notifications/message" => Notice::Log {
                server,
                level: line(text("level").unwrap_or("info"), 20),
                text: match params.get("data") {
                    Some(Value::String(data)) => line(data, 500),
                    Some(data) => line(&data.to_string(), 500),
                    None => String::new(),
                },
            },
            _ => return,
        };
        self.inner.person.tell(notice);
    }

    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        Box::pin(async move {
            let mut answers = Vec::with_capacity(requests.len());
            for (key, request) in requests {
                answers.push((key, self.answer(request).await?));
            }
            Ok(answers)
        })
    }

    fn takes_input_required(&self) -> bool {
        false
    }
}

/// A JSON-RPC error as the client's answer.
fn refused(code: i64, message: &str) -> AskError {
    let error = json!({ "code": code, "message": message });
    serde_json::value::to_raw_value(&error).map_or(AskError::Cancelled, AskError::Refused)
}
