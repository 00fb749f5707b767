use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use keyway_pages::console_context::{Frame, Moment, Notice, Pager};
use keyway_pages::{Organization, Page, Who, csrf_field};

use super::badges::Badges;
use super::member::Member;
use super::nav;
use super::routes::Audience;
use crate::page::PageReply;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How many rows a page of a list has.
pub(crate) const ROWS: u32 = 50;

/// The longest code of something that was done.
const MAX_CODE: usize = 60;

impl Member {
    /// Shows a page, with the navigation around it.
    pub(crate) async fn show<P: Page>(
        &self,
        shared: &Shared,
        page: &P,
    ) -> Result<Response, Refusal> {
        self.show_as(shared, page, StatusCode::OK).await
    }

    /// Shows a page with another status: a form that was not taken.
    pub(crate) async fn show_as<P: Page>(
        &self,
        shared: &Shared,
        page: &P,
        status: StatusCode,
    ) -> Result<Response, Refusal> {
        Ok(self
            .reply(shared, page)
            .await?
            .status(status)
            .into_response())
    }

    /// The page as an answer that can still be changed.
    pub(crate) async fn reply<P: Page>(
        &self,
        shared: &Shared,
        page: &P,
    ) -> Result<PageReply, Refusal> {
        let frame = self.frame(shared).await?;
        let html = shared.pages.render_console(&frame, page)?;
        Ok(PageReply::new(html).scripted())
    }

    /// The way through a list at this path: `keep` are the names of the query that its pages share,
    /// `next` the cursor of the next one, which comes back as `cursor`.
    pub(crate) fn pager(&self, keep: &[&str], next: Option<&str>) -> Pager {
        let href = |cursor: &str| self.params.href(&self.path, keep, &[("cursor", cursor)]);
        Pager {
            first: self.params.some("cursor").map(|_| href("")),
            next: next.map(href),
        }
    }

    async fn frame(&self, shared: &Shared) -> Result<Frame, Refusal> {
        let badges = Badges::read(shared, self).await?;
        let here = self.who().organization();
        let organizations: Vec<_> = self
            .web
            .memberships
            .iter()
            .map(|membership| Organization {
                id: membership.organization.to_string(),
                name: membership.name.clone(),
                role: membership.role.to_string(),
                current: membership.organization == *here,
            })
            .collect();
        let current = organizations
            .iter()
            .find(|organization| organization.current);
        Ok(Frame {
            csrf_field: csrf_field(&self.visit.csrf()),
            who: Who {
                name: self.web.user.name.clone(),
                email: self.web.user.email.clone(),
            },
            admin: self.audience == Audience::Admin,
            organization: current.map(|here| here.name.clone()).unwrap_or_default(),
            groups: nav::groups(self.audience, &self.path, &badges),
            notice: self.notice(shared),
            organizations,
        })
    }

    /// What the address says was done. Only what the texts know as that: an address says nothing of its
    /// own.
    fn notice(&self, shared: &Shared) -> Option<Notice> {
        let code = self.params.some("done")?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        if code.len() > MAX_CODE || !code.bytes().all(plain) {
            return None;
        }
        let key = format!("flash-{code}");
        shared.pages.says(&key).then_some(Notice { key })
    }
}

/// How far away a moment is.
pub(crate) fn moment(shared: &Shared, at: jiff::Timestamp) -> Moment {
    Moment::new(at, shared.clock.now())
}

/// The way to a path of ours with what was done: `flash-{code}` of the texts is shown there.
pub(crate) fn done(path: &str, code: &str) -> Response {
    let mark = if path.contains('?') { '&' } else { '?' };
    PageReply::see_other(&format!("{path}{mark}done={code}")).into_response()
}
