use std::collections::HashMap;
use std::sync::Arc;

use keyway_client::{Decision, Filled, Form, Notice, Page, Person, Request};
use keyway_core::ports::BoxFuture;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use crate::event::{Answer, Asked, Event, Question};

/// The person in front of a face: what others ask goes to the face as an event, and its answer
/// comes back here. A question that nobody waits for any more is taken back.
#[derive(Clone)]
pub struct AskedPerson {
    events: mpsc::UnboundedSender<Event>,
    questions: Questions,
}

/// The questions that wait for an answer.
#[derive(Clone, Default)]
pub struct Questions(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    last: u64,
    answers: HashMap<u64, oneshot::Sender<Answer>>,
    closed: bool,
}

impl Questions {
    /// Hands an answer to who asked.
    pub fn answer(&self, id: u64, answer: Answer) {
        let waiting = self.0.lock().answers.remove(&id);
        if let Some(waiting) = waiting {
            let _ = waiting.send(answer);
        }
    }

    /// The face is gone: whoever waits, and whoever asks from here on, gets a no.
    pub fn close(&self) {
        let mut waiting = self.0.lock();
        waiting.closed = true;
        waiting.answers.clear();
    }

    fn open(&self) -> Option<(u64, oneshot::Receiver<Answer>)> {
        let mut waiting = self.0.lock();
        if waiting.closed {
            return None;
        }
        waiting.last += 1;
        let id = waiting.last;
        let (sender, receiver) = oneshot::channel();
        waiting.answers.insert(id, sender);
        Some((id, receiver))
    }

    fn withdraw(&self, id: u64) -> bool {
        self.0.lock().answers.remove(&id).is_some()
    }
}

impl AskedPerson {
    /// A person whose face takes these events.
    pub fn new(events: mpsc::UnboundedSender<Event>) -> Self {
        Self {
            events,
            questions: Questions::default(),
        }
    }

    /// Where the face's answers go.
    pub fn questions(&self) -> Questions {
        self.questions.clone()
    }

    async fn ask(&self, question: Question) -> Option<Answer> {
        let (id, answer) = self.questions.open()?;
        let _withdrawn = Withdrawn { id, person: self };
        self.events
            .send(Event::Asked(Asked { id, question }))
            .ok()?;
        answer.await.ok()
    }
}

/// Takes a question back when nobody waits for its answer any more.
struct Withdrawn<'a> {
    id: u64,
    person: &'a AskedPerson,
}

impl Drop for Withdrawn<'_> {
    fn drop(&mut self) {
        if self.person.questions.withdraw(self.id) {
            let _ = self.person.events.send(Event::Withdrawn(self.id));
        }
    }
}

impl Person for AskedPerson {
    fn decide<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Decision> {
        Box::pin(async move {
            match self.ask(Question::Decide(request.clone())).await {
                Some(Answer::Decision(decision)) => decision,
                _ => Decision::Deny { reason: None },
            }
        })
    }

    fn fill_in<'a>(&'a self, form: &'a Form) -> BoxFuture<'a, Filled> {
        Box::pin(async move {
            match self.ask(Question::FillIn(form.clone())).await {
                Some(Answer::Filled(filled)) => filled,
                _ => Filled::Cancelled,
            }
        })
    }

    fn visit<'a>(&'a self, page: &'a Page) -> BoxFuture<'a, Filled> {
        Box::pin(async move {
            match self.ask(Question::Visit(page.clone())).await {
                Some(Answer::Filled(filled)) => filled,
                _ => Filled::Cancelled,
            }
        })
    }

    fn tell(&self, notice: Notice) {
        let _ = self.events.send(Event::Told(notice));
    }
}

impl std::fmt::Debug for AskedPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AskedPerson").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Questions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Questions").finish_non_exhaustive()
    }
}
