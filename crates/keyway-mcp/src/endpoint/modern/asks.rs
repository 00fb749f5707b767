use keyway_core::json;
use keyway_core::ports::{InputRequest, InputRequests, InputResponses};
use serde_json::value::RawValue;
use tokio::sync::oneshot;

/// Questions of a call that its client has not answered yet.
#[derive(Default)]
pub(super) struct Asks {
    open: Vec<Ask>,
    asked: u64,
}

/// What one [`keyway_core::ports::Caller::ask`] asks.
struct Ask {
    number: u64,
    questions: Vec<Question>,
    reply: oneshot::Sender<InputResponses>,
    shown: bool,
}

struct Question {
    key: String,
    /// The key the client sees: the key, made unique among all that is open.
    shown_as: String,
    request: InputRequest,
    answer: Option<Box<RawValue>>,
}

impl Asks {
    /// Adds what is asked, less what `given` (an `inputResponses` object) answers already. Answers
    /// that were given are used once. Returns the number of the ask, or all answers at once.
    pub(super) fn add(
        &mut self,
        requests: InputRequests,
        given: &mut Vec<(String, Box<RawValue>)>,
        reply: oneshot::Sender<InputResponses>,
    ) -> Result<u64, InputResponses> {
        let questions: Vec<_> = requests
            .into_iter()
            .map(|(key, request)| {
                let found = given.iter().position(|(name, answer)| {
                    *name == key && request.is_answered_by(answer.get())
                });
                Question {
                    answer: found.map(|at| given.swap_remove(at).1),
                    shown_as: self.unique(&key),
                    key,
                    request,
                }
            })
            .collect();
        if questions.iter().all(|question| question.answer.is_some()) {
            return Err(collected(questions));
        }
        self.asked += 1;
        self.open.push(Ask {
            number: self.asked,
            questions,
            reply,
            shown: false,
        });
        Ok(self.asked)
    }

    /// Forgets an ask nobody waits for any more.
    pub(super) fn forget(&mut self, number: u64) {
        self.open.retain(|ask| ask.number != number);
    }

    /// True when there is a question the client has not seen.
    pub(super) fn is_news(&self) -> bool {
        self.open.iter().any(|ask| !ask.shown)
    }

    /// Writes everything that is open as an `InputRequests` object.
    pub(super) fn show(&mut self) -> String {
        let mut out = String::from("{");
        for ask in &mut self.open {
            ask.shown = true;
            for question in ask.questions.iter().filter(|one| one.answer.is_none()) {
                if out.len() > 1 {
                    out.push(',');
                }
                out.push_str(&json::quote(&question.shown_as));
                out.push_str(":{\"method\":");
                out.push_str(&json::quote(&question.request.method));
                if let Some(params) = &question.request.params {
                    out.push_str(",\"params\":");
                    out.push_str(params.get());
                } else if question.request.method == "roots/list" {
                    out.push_str(",\"params\":{}");
                }
                out.push('}');
            }
        }
        out.push('}');
        out
    }

    /// Takes answers. What is missing or malformed is news again; what was not asked is ignored.
    pub(super) fn answer(&mut self, responses: &str) {
        for ask in &mut self.open {
            for question in ask.questions.iter_mut().filter(|one| one.answer.is_none()) {
                question.answer = json::member(responses, &question.shown_as)
                    .filter(|found| question.request.is_answered_by(found.value))
                    .and_then(|found| RawValue::from_string(found.value.to_owned()).ok());
            }
            ask.shown = false;
        }
        let (answered, open): (Vec<_>, Vec<_>) = std::mem::take(&mut self.open)
            .into_iter()
            .partition(|ask| ask.questions.iter().all(|one| one.answer.is_some()));
        self.open = open;
        for ask in answered {
            // Nobody waits any more: then the answers are of no use.
            let _ = ask.reply.send(collected(ask.questions));
        }
    }

    fn unique(&self, key: &str) -> String {
        let is_taken = |name: &str| {
            self.open
                .iter()
                .flat_map(|ask| &ask.questions)
                .any(|question| question.shown_as == name)
        };
        let mut name = key.to_owned();
        let mut number = 1u32;
        while is_taken(&name) {
            number += 1;
            name = format!("{key}-{number}");
        }
        name
    }
}

fn collected(questions: Vec<Question>) -> InputResponses {
    questions
        .into_iter()
        .filter_map(|question| Some((question.key, question.answer?)))
        .collect()
}
