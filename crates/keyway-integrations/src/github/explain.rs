/// What a rule says.
pub(super) fn explain(rule: &str) -> String {
    let text = match rule {
        "mentioned" => "it mentions the agent",
        "labeled" => "a label of `triggers.labels` was added",
        "assigned" => "somebody of `triggers.assignees`, or the agent, was assigned",
        "review_requested" => {
            "a review was asked of the agent, or of somebody of `triggers.reviewers` or `triggers.reviewTeams`"
        }
        "installed" => {
            "an owner installed the app, as somebody had asked for or where it was before"
        }
        "uninstalled" => "the app was uninstalled",
        "suspended" => "the installation was suspended",
        "unsuspended" => "the installation is no longer suspended",
        "permissions_accepted" => "an owner accepted other permissions of the app",
        "ping" => "GitHub asked whether somebody is there",
        "body_unreadable" => {
            "the body is neither JSON nor a form with `payload`, or is too deep or large for it"
        }
        "no_event" => "there is no header `X-GitHub-Event`",
        "no_installation" => "the body names no installation: it is no webhook of an app",
        "not_installed" => "the app is not installed yet",
        "not_requested" => "the browser of who installed it tells where it is",
        "other_workspace" => "it is of another installation",
        "repositories_changed" => {
            "the app may see other repositories; nothing is to be done about it"
        }
        "event_not_used" => {
            "nothing is made of events of this name, or the body is of another event"
        }
        "action_not_used" => "nothing is made of this action",
        "payload_incomplete" => {
            "the body lacks who did it, or the id, the number or the repository of what it is about"
        }
        "own_event" => "the agent did it itself",
        "repository_not_listed" => "the repository is not in `triggers.repositories`",
        "mentions_off" => "`triggers.mentions` is off",
        "no_mention" => {
            "it does not mention the agent; code, quotes and comments that nobody sees do not count"
        }
        "edit_of_nothing_said" => "an edit that does not change what is said",
        "edit_mentions_again" => "an edit of something that mentioned the agent already",
        "label_not_listed" => "the label is not in `triggers.labels`",
        "assignee_not_listed" => "who was assigned is not in `triggers.assignees`",
        "reviewer_not_listed" => {
            "who was asked for a review is in neither `triggers.reviewers` nor `triggers.reviewTeams`"
        }
        "person_not_listed" => "who caused it is not in `triggers.people`",
        "team_not_listed" => {
            "who caused it is in no team of `triggers.teams`, by what the organization said; its answer is kept \
             for a minute"
        }
        "sender_is_bot" => "another app caused it, and `triggers.people` does not name it",
        "association_not_listed" => {
            "what GitHub says that who caused it is to the repository is not in `triggers.associations`; \
             `triggers.people` can name them"
        }
        "association_unknown" => {
            "GitHub does not say what who caused it is to the repository, and `triggers.associations` does \
             not have both MEMBER and COLLABORATOR; `triggers.people` can name them"
        }
        "label_missing" => "what it is about has no label of `triggers.withLabels`",
        "settings_unreadable" => "the publication's settings cannot be read; change them",
        _ => "a rule of another version of the gateway",
    };
    text.to_owned()
}
