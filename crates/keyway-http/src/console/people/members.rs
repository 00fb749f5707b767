use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use keyway_app::people::MemberView;
use keyway_pages::console_context::{MemberLine, People};

use crate::console::member::{Admin, Member};
use crate::console::show::moment;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `GET /console/people`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
) -> Result<Response, Refusal> {
    let part = admin.part();
    let listed = shared.app.people().list_members(admin.who(), &part).await?;
    let page = People {
        query: admin.params.get("q").to_owned(),
        pager: admin.pager(&["q"], listed.next_cursor.as_deref()),
        members: listed
            .rows
            .into_iter()
            .map(|row| line(&shared, &admin, row))
            .collect(),
    };
    admin.show(&shared, &page).await
}

pub(super) fn line(shared: &Shared, looks: &Member, member: MemberView) -> MemberLine {
    MemberLine {
        href: format!("/console/people/{}", member.id),
        own: member.id == looks.web.user.id,
        name: member.name,
        email: member.email,
        role: member.role.as_str(),
        disabled: member.disabled_at.is_some(),
        since: moment(shared, member.created_at),
    }
}
