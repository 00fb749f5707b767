//! The provider does what every provider has to do.

use keyway::provider::Workspace;
use keyway_jira::Jira;
use keyway_testing::{ProviderKit, UpperCase};

#[test]
fn the_provider_of_the_guide_does_what_every_provider_has_to_do() {
    let mut there = Workspace::new("cloud-1", "Acme");
    there.bot_id = Some("bot-1".into());
    there.bot_name = Some("keyway".into());
    ProviderKit::of(&Jira)
        .workspace(there)
        .upper_case(UpperCase::Taken)
        .rules(["uninstalled", "own_event", "no_mention", "event_not_used"])
        .check();
}
