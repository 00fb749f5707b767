use keyway_core::json;
use keyway_core::ports::{InputRequest, InputRequests, InputResponses};
use serde_json::value::RawValue;
use tokio::sync::oneshot;

/// What a task asks and its client has not answered yet.
#[derive(Default)]
pub(super) struct Asks {
    open: Vec<Ask>,
    asked: u64,
    /// Which try of the task it is: no key is used again by a later one.
    fence: i64,
}

struct Ask {
    number: u64,
    questions: Vec<Question>,
    reply: oneshot::Sender<InputResponses>,
}

struct Question {
    key: String,
    /// The key its client sees: never the same for another question of the task.
    shown_as: String,
    request: InputRequest,
    answer: Option<Box<RawValue>>,
}

impl Asks {
    pub(super) fn new(fence: i64) -> Self {
        Self {
            fence,
            ..Self::default()
        }
    }

    /// Adds what is asked. Answers its number.
    pub(super) fn add(
        &mut self,
        requests: InputRequests,
        reply: oneshot::Sender<InputResponses>,
    ) -> u64 {
        self.asked += 1;
        let number = self.asked;
        let questions = requests.into_iter().map(|(key, request)| Question {
            shown_as: format!("{key}-{}.{number}", self.fence),
            key,
            request,
            answer: None,
        });
        let questions = questions.collect();
        self.open.push(Ask {
            number,
            questions,
            reply,
        });
        number
    }

    /// Forgets what nobody waits for any more. Answers whether it was open.
    pub(super) fn forget(&mut self, number: u64) -> bool {
        let before = self.open.len();
        self.open.retain(|ask| ask.number != number);
        self.open.len() != before
    }

    /// Takes answers, an `InputResponses` object. What is not open or does not fit is ignored. Answers
    /// whether anything was answered.
    pub(super) fn answer(&mut self, responses: &str) -> bool {
        let mut heard = false;
        for question in self.open.iter_mut().flat_map(|ask| &mut ask.questions) {
            if question.answer.is_some() {
                continue;
            }
            question.answer = json::member(responses, &question.shown_as)
                .filter(|found| question.request.is_answered_by(found.value))
                .and_then(|found| RawValue::from_string(found.value.to_owned()).ok());
            heard |= question.answer.is_some();
        }
        let is_answered = |ask: &Ask| ask.questions.iter().all(|one| one.answer.is_some());
        let (answered, open): (Vec<_>, Vec<_>) = std::mem::take(&mut self.open)
            .into_iter()
            .partition(is_answered);
        self.open = open;
        for ask in answered {
            let answers = ask.questions.into_iter();
            let answers = answers.filter_map(|one| Some((one.key, one.answer?)));
            // Nobody waits any more: then the answers are of no use.
            let _ = ask.reply.send(answers.collect());
        }
        heard
    }

    /// All that is open, as an `InputRequests` object. Nothing where nothing is.
    pub(super) fn written(&self) -> Option<String> {
        let questions = self.open.iter().flat_map(|ask| &ask.questions);
        let open: Vec<_> = questions.filter(|one| one.answer.is_none()).collect();
        if open.is_empty() {
            return None;
        }
        let written = open.into_iter().map(|question| {
            let params = question.request.params.as_ref();
            format!(
                "{}:{{\"method\":{},\"params\":{}}}",
                json::quote(&question.shown_as),
                json::quote(&question.request.method),
                params.map_or("{}", |params| params.get())
            )
        });
        Some(format!("{{{}}}", written.collect::<Vec<_>>().join(",")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[tokio::test]
    async fn questions_are_open_until_they_are_answered_and_their_keys_are_used_once() {
        let mut asks = Asks::new(3);
        assert_eq!(asks.written(), None);
        let schema = json!({ "type": "object" });
        let form = || InputRequest::elicit("Who?", &schema);
        let (reply, mut answers) = oneshot::channel();
        let both = vec![
            ("who".into(), form()),
            ("roots".into(), InputRequest::roots()),
        ];
        asks.add(both, reply);
        let (reply, second) = oneshot::channel();
        let number = asks.add(vec![("who".into(), form())], reply);
        let open: Value = serde_json::from_str(&asks.written().unwrap()).unwrap();
        let keys: Vec<_> = open.as_object().unwrap().keys().cloned().collect();
        assert_eq!(
            keys,
            ["who-3.1", "roots-3.1", "who-3.2"],
            "as they are asked"
        );
        assert!(!asks.answer(r#"{"who":{"action":"accept"},"who-3.1":{"action":"maybe"}}"#));
        assert!(asks.answer(r#"{"who-3.1":{"action":"decline"}}"#));
        assert!(
            !asks.answer(r#"{"who-3.1":{"action":"accept"}}"#),
            "only once"
        );
        assert!(answers.try_recv().is_err(), "half of it is not enough");
        assert!(asks.answer(r#"{"roots-3.1":{"roots":[]}}"#));
        let answers = answers.await.unwrap();
        assert_eq!(answers[0].0, "who");
        assert_eq!(answers[0].1.get(), r#"{"action":"decline"}"#);
        assert!(asks.forget(number) && !asks.forget(number));
        assert_eq!(asks.written(), None);
        drop(second);
    }
}
