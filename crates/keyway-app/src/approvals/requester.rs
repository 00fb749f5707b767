use keyway_core::Principal;
use keyway_core::action::JobRun;

/// What tells one who asks from another: by what they came in, the agent and its session, the job. An
/// approval is good for the one who asked for it, and for nobody else.
pub(super) fn requester(who: &Principal, job: Option<&JobRun>) -> String {
    let mut text = crate::app::subject(who);
    if let Some(agent) = who.agent() {
        text.push_str("/agent/");
        text.push_str(&agent.slug);
        text.push('/');
        text.push_str(agent.session.as_str());
    }
    if let Some(job) = job {
        text.push_str("/job/");
        text.push_str(job.id.as_str());
    }
    text
}
