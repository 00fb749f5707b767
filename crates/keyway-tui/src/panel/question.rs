use crossterm::event::{KeyCode, KeyEvent};
use jiff::{SignedDuration, Timestamp};
use keyway_client::{Decision, Filled};

use super::approval::Approval;
use super::form::{Answered, FormPanel};
use super::page::PagePanel;
use super::view::View;
use crate::event::{Answer, Asked, Question};
use crate::theme::Theme;

/// A panel takes no answer within this time: what is typed then was meant for the line.
const SETTLING: SignedDuration = SignedDuration::from_millis(400);

/// A question while it is shown.
#[derive(Debug)]
pub(crate) struct Panel {
    id: u64,
    since: Timestamp,
    body: Body,
    /// The first line of what scrolls.
    pub(crate) scroll: usize,
}

#[derive(Debug)]
enum Body {
    Approval(Box<Approval>),
    Form(Box<FormPanel>),
    Page(PagePanel),
}

/// What a key came to.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The panel stays.
    Open,
    /// It is answered.
    Answered(Answer),
    /// It is answered, and this page is to be opened.
    Went(String, Answer),
    /// It is answered with no, and the turn is to stop.
    Stop(Answer),
}

impl Panel {
    pub(crate) fn new(asked: Asked, now: Timestamp, last: Option<&Answered>) -> Self {
        let body = match asked.question {
            Question::Decide(request) => Body::Approval(Box::new(Approval::new(request))),
            Question::FillIn(form) => Body::Form(Box::new(FormPanel::new(form, last))),
            Question::Visit(page) => Body::Page(PagePanel::new(page)),
        };
        Self {
            id: asked.id,
            since: now,
            body,
            scroll: 0,
        }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// The panel comes into view.
    pub(crate) fn shown(&mut self, now: Timestamp) {
        self.since = now;
    }

    /// The server and tool it is about.
    pub(crate) fn about(&self) -> Option<(&str, &str)> {
        match &self.body {
            Body::Approval(approval) => approval.about(),
            _ => None,
        }
    }

    /// The answer that changes nothing.
    pub(crate) fn refusal(&self) -> Answer {
        match &self.body {
            Body::Approval(_) => Answer::Decision(Decision::Deny { reason: None }),
            Body::Form(_) | Body::Page(_) => Answer::Filled(Filled::Cancelled),
        }
    }

    /// What was filled in, to be shown again if it was wrong.
    pub(crate) fn answered(&self, answer: &Answer) -> Option<Answered> {
        match (&self.body, answer) {
            (Body::Form(form), Answer::Filled(Filled::Accepted(_))) => Some(form.answered()),
            _ => None,
        }
    }

    pub(crate) fn key(&mut self, key: KeyEvent, now: Timestamp) -> Outcome {
        match key.code {
            KeyCode::PageUp => {
                self.scroll = self.scroll.saturating_sub(5);
                return Outcome::Open;
            }
            KeyCode::PageDown => {
                self.scroll = self.scroll.saturating_add(5);
                return Outcome::Open;
            }
            KeyCode::Esc => return Outcome::Stop(self.refusal()),
            _ => {}
        }
        let settled = now.duration_since(self.since) >= SETTLING;
        match &mut self.body {
            Body::Approval(approval) => approval.key(key, settled, &mut self.scroll),
            Body::Form(form) => form.key(key, settled),
            Body::Page(page) => page.key(key, settled),
        }
    }

    pub(crate) fn paste(&mut self, text: &str) {
        match &mut self.body {
            Body::Approval(approval) => approval.paste(text),
            Body::Form(form) => form.paste(text),
            Body::Page(_) => {}
        }
    }

    /// What is seen, at so many columns.
    pub(crate) fn view(&self, columns: usize, theme: Theme) -> View {
        match &self.body {
            Body::Approval(approval) => approval.view(columns, theme),
            Body::Form(form) => form.view(columns, theme),
            Body::Page(page) => page.view(columns, theme),
        }
    }
}
