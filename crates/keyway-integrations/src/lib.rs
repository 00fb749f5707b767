//! Providers that come with the gateway, each a folder, written against `keyway-core` alone
//! (ADR 0044).

mod github;
mod linear;
pub mod slack;
mod webhook;

use keyway_core::provider::{BadProvider, IntegrationProvider, Providers};

pub use github::GitHub;
pub use linear::Linear;
pub use slack::Slack;
pub use webhook::Webhook;

/// Every provider that comes with the gateway.
///
/// # Errors
///
/// None that a test would not have found: the ids are fixed.
pub fn shipped() -> Result<Providers, BadProvider> {
    Providers::new([
        Box::new(GitHub) as Box<dyn IntegrationProvider>,
        Box::new(Linear),
        Box::new(Slack),
        Box::new(Webhook),
    ])
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use keyway_core::Secret;
    use keyway_core::provider::ProviderContext;

    use super::*;

    #[test]
    fn the_providers_that_are_shipped_have_ids_of_their_own() {
        let providers = shipped().unwrap();
        let ids: Vec<_> = providers.iter().map(IntegrationProvider::id).collect();
        assert_eq!(ids, ["github", "linear", "slack", "webhook"]);
    }

    #[test]
    fn what_a_provider_gives_as_an_example_can_be_said_to_it() {
        let secret = Secret::new("0123456789abcdef0123456789abcdef".to_owned());
        for provider in shipped().unwrap().iter() {
            let examples = provider.examples();
            let read = |text| serde_json::from_str(text).unwrap();
            let (settings, triggers) = (read(examples.settings), read(examples.triggers));
            let context = ProviderContext {
                settings: &settings,
                triggers: &triggers,
                secret: &secret,
                workspace: None,
                now: Timestamp::UNIX_EPOCH,
            };
            let checked = provider.check(&context, provider.publication().usual);
            assert!(checked.is_ok(), "{}: {checked:?}", provider.id());
        }
    }
}
