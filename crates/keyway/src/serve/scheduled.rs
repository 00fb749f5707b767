//! Schedules that are defined without code, of actions whoever defines them.

use keyway_core::Action;
use keyway_core::action::{Clash, Origin};

use crate::config::{Config, suggest};

/// The actions with their schedules.
pub(super) fn apply(actions: Vec<Action>, config: &Config) -> Vec<Action> {
    let schedules = &config.definitions.schedules;
    let with = |action: Action| {
        let mine = schedules
            .iter()
            .find(|schedule| schedule.action == action.slug());
        let Some(schedule) = mine else {
            return action;
        };
        let action = action.schedule(&schedule.cron, &schedule.time_zone);
        match &schedule.input {
            Some(input) => action.scheduled_input(input.clone()),
            None => action,
        }
    };
    actions.into_iter().map(with).collect()
}

/// What definitions say of actions that are not there, or that have a schedule already. The actions are
/// those before [`apply`].
pub(super) fn clashes(actions: &[Action], config: &Config) -> Vec<Clash> {
    let mut clashes = Vec::new();
    let known = || actions.iter().map(Action::slug);
    let absent = |slug: &str| {
        let near = suggest::nearest(slug, known());
        let near = near.map(|near| format!("; did you mean `{near}`?"));
        format!("there is no action `{slug}`{}", near.unwrap_or_default())
    };
    let owner = |name: &str, at: &Origin| format!("schedule \"{name}\" ({at})");
    let schedules = &config.definitions.schedules;
    for (index, schedule) in schedules.iter().enumerate() {
        let action = actions
            .iter()
            .find(|action| action.slug() == schedule.action);
        let mut before = schedules.iter().take(index);
        let twice = before.find(|other| other.action == schedule.action);
        let reason = match (action, twice) {
            (None, _) => absent(&schedule.action),
            (Some(_), Some(other)) => {
                format!(
                    "the action `{}` has the schedule \"{}\" already",
                    schedule.action, other.name
                )
            }
            (Some(action), None) if action.is_scheduled() => {
                format!("the action `{}` says itself when it runs", schedule.action)
            }
            _ => continue,
        };
        let owner = owner(&schedule.name, &schedule.at);
        clashes.push(Clash::Action { owner, reason });
    }
    for (slug, at) in &config.definitions.answered {
        if !known().any(|known| known == slug) {
            let owner = format!("resource ({at})");
            let reason = absent(slug);
            clashes.push(Clash::Action { owner, reason });
        }
    }
    clashes
}
