use keyway_client::sign_in::Browser;
use keyway_client::{Decision, Filled, Form, Notice, Page, Person, Request};
use keyway_core::ports::BoxFuture;
use serde_json::{Map, Value};

use super::answer::decision;
use super::console::Console;
use super::field::{Field, fields};
use super::notices::Notices;
use super::question;

/// How often a question is put again because the answer says nothing.
const TRIES: usize = 5;

/// The person at a plain terminal, asked line by line.
pub(super) struct AtTerminal {
    console: Console,
    browser: Browser,
    notices: Notices,
}

impl AtTerminal {
    pub(super) fn new(console: Console, browser: Browser) -> Self {
        Self {
            console,
            browser,
            notices: Notices::on_terminal(),
        }
    }

    async fn ask_for(&self, request: &Request) -> Decision {
        let mut question = question::request(request);
        for _ in 0..TRIES {
            let Some(line) = self.console.ask(&question).await else {
                break;
            };
            if let Some(decision) = decision(&line, request.can_remember) {
                return decision;
            }
            question = if request.can_remember {
                "please answer y, s, a or n: ".to_owned()
            } else {
                "please answer y or n: ".to_owned()
            };
        }
        Decision::Deny { reason: None }
    }

    /// One of some letters; `None` when the person went away.
    async fn choose(&self, question: &str, letters: &str) -> Option<char> {
        let mut question = question.to_owned();
        for _ in 0..TRIES {
            let line = self.console.ask(&question).await?.trim().to_lowercase();
            let mut typed = line.chars();
            match (typed.next(), typed.next()) {
                (Some(letter), None) if letters.contains(letter) => return Some(letter),
                _ if line == "yes" => return Some('y'),
                _ if line == "no" => return Some('n'),
                _ => {}
            }
            let each: Vec<_> = letters.chars().map(String::from).collect();
            question = format!("please answer {}: ", each.join(" or "));
        }
        None
    }

    async fn fill(&self, form: &Form) -> Filled {
        self.console.show(&question::form(form));
        match self.choose("[y] answer  [n] decline: ", "yn").await {
            Some('y') => {}
            Some(_) => return Filled::Declined,
            None => return Filled::Cancelled,
        }
        let mut answers = Map::new();
        for field in fields(form) {
            match self.fill_field(&field).await {
                Some(Some(value)) => drop(answers.insert(field.name, value)),
                Some(None) => {}
                None => return Filled::Cancelled,
            }
        }
        match self
            .choose("[y] send these answers  [n] decline: ", "yn")
            .await
        {
            Some('y') => Filled::Accepted(Value::Object(answers)),
            Some(_) => Filled::Declined,
            None => Filled::Cancelled,
        }
    }

    /// The value of a field; `None` when the person went away.
    async fn fill_field(&self, field: &Field) -> Option<Option<Value>> {
        let question = field.question();
        for _ in 0..TRIES {
            let line = self.console.ask(&question).await?;
            match field.read(&line) {
                Ok(value) => return Some(value),
                Err(expected) => self.console.show(&format!("    expected {expected}\n")),
            }
        }
        None
    }

    async fn bring(&self, page: &Page) -> Filled {
        match self.choose(&question::page(page), "ymn").await {
            Some('y') => {
                if let Err(wrong) = self.browser.open(&page.url).await {
                    self.console
                        .show(&format!("{wrong}; open the address above yourself\n"));
                }
                Filled::Accepted(Value::Null)
            }
            Some('m') => Filled::Accepted(Value::Null),
            Some(_) => Filled::Declined,
            None => Filled::Cancelled,
        }
    }
}

impl Person for AtTerminal {
    fn decide<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Decision> {
        self.notices.settle();
        Box::pin(self.ask_for(request))
    }

    fn fill_in<'a>(&'a self, form: &'a Form) -> BoxFuture<'a, Filled> {
        self.notices.settle();
        Box::pin(self.fill(form))
    }

    fn visit<'a>(&'a self, page: &'a Page) -> BoxFuture<'a, Filled> {
        self.notices.settle();
        Box::pin(self.bring(page))
    }

    fn tell(&self, notice: Notice) {
        self.notices.tell(&notice);
    }
}
