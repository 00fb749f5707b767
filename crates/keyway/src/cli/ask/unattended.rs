use keyway_client::{Decision, Filled, Form, Nobody, Notice, Page, Person, Request};
use keyway_core::ports::BoxFuture;

use super::notices::Notices;

/// Where there is no terminal: everything is denied, and what goes on is still told.
#[derive(Debug)]
pub(super) struct Unattended(Notices);

impl Default for Unattended {
    fn default() -> Self {
        Self(Notices::elsewhere())
    }
}

impl Person for Unattended {
    fn decide<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Decision> {
        Nobody.decide(request)
    }

    fn fill_in<'a>(&'a self, form: &'a Form) -> BoxFuture<'a, Filled> {
        let server = &form.server;
        self.tell(Notice::Line(format!(
            "`{server}` wants a form filled in, and there is no terminal: cancelled"
        )));
        Nobody.fill_in(form)
    }

    fn visit<'a>(&'a self, page: &'a Page) -> BoxFuture<'a, Filled> {
        let Page { server, url, .. } = page;
        self.tell(Notice::Line(format!(
            "`{server}` wants a page opened, and there is no terminal: cancelled\n  {url}"
        )));
        Nobody.visit(page)
    }

    fn tell(&self, notice: Notice) {
        self.0.tell(&notice);
    }
}
