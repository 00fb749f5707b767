use keyway_app::agents::SessionView;
use keyway_core::Error;
use keyway_pages::console_context::SessionLine;

use crate::console::member::Member;
use crate::console::show::moment;
use crate::shared::Shared;

/// Sessions as lines of a list.
pub(in crate::console) async fn lines(
    shared: &Shared,
    member: &Member,
    sessions: Vec<SessionView>,
) -> Result<Vec<SessionLine>, Error> {
    let ids = sessions.iter().map(|session| session.actor.as_str());
    let names = shared.app.names(member.who(), ids).await?;
    let line = |session: SessionView| {
        let usage = session.usage;
        SessionLine {
            id: session.id.to_string(),
            title: session.title,
            agent: session.agent,
            who: names.get(&session.actor).cloned().unwrap_or(session.actor),
            status: session.status.to_owned(),
            error: session.last_error,
            queued: session.queued,
            archived: session.archived_at.is_some(),
            turns: session.turns,
            read: usage.input_tokens,
            written: usage.output_tokens,
            tokens: usage.input_tokens.saturating_add(usage.output_tokens),
            cost: dollars(usage.cost_micros),
            began: moment(shared, session.created_at),
            updated: moment(shared, session.updated_at),
        }
    };
    Ok(sessions.into_iter().map(line).collect())
}

/// Millionths of a US dollar, as people read them; nothing where nothing is known.
pub(in crate::console) fn dollars(micros: u64) -> Option<String> {
    let told = || format!("${}.{:04}", micros / 1_000_000, micros / 100 % 10_000);
    (micros > 0).then(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_told_in_dollars() {
        assert_eq!(dollars(0), None);
        assert_eq!(dollars(1_234_567).as_deref(), Some("$1.2345"));
        assert_eq!(dollars(300).as_deref(), Some("$0.0003"));
    }
}
