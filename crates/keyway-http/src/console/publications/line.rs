use keyway_app::publications::{IntegrationView, PublicationView};
use keyway_pages::console_context::{ProviderLine, PublicationLine};
use url::form_urlencoded::Serializer;

use crate::console::show::moment;
use crate::shared::Shared;

/// Where a publication's page is.
pub(super) fn path(id: &keyway_core::PublicationId) -> String {
    format!("/console/publications/{id}")
}

/// Where a publication is made, as far as is said of which.
pub(super) fn publish(of: &[(&str, &str)]) -> String {
    let said = of.iter().filter(|(_, value)| !value.is_empty());
    let query = Serializer::new(String::new()).extend_pairs(said).finish();
    if query.is_empty() {
        return "/console/publications/new".to_owned();
    }
    format!("/console/publications/new?{query}")
}

/// Publications as lines of a list.
pub(in crate::console) fn lines(
    shared: &Shared,
    providers: &[IntegrationView],
    publications: Vec<PublicationView>,
) -> Vec<PublicationLine> {
    let line = |one: PublicationView| PublicationLine {
        href: path(&one.id),
        provider: name_of(providers, &one.provider),
        name: one.name,
        agent: one.agent,
        state: one.state,
        paused: one.paused,
        workspace: one.workspace.map(|there| there.name),
        made: moment(shared, one.created_at),
    };
    publications.into_iter().map(line).collect()
}

/// Providers as lines of a list, each with where `agent` is published through it; any where it is empty.
pub(in crate::console) fn provider_lines(
    providers: &[IntegrationView],
    agent: &str,
) -> Vec<ProviderLine> {
    let line = |one: &IntegrationView| ProviderLine {
        id: one.id.to_owned(),
        name: one.display_name.to_owned(),
        install: one.install,
        asks: !one.fields.is_empty(),
        publications: one.publications,
        publish: publish(&[("provider", one.id), ("agent", agent)]),
    };
    providers.iter().map(line).collect()
}

/// A provider's name; its id where there is no such provider any more.
pub(super) fn name_of(providers: &[IntegrationView], id: &str) -> String {
    let found = providers.iter().find(|one| one.id == id);
    found.map_or(id, |one| one.display_name).to_owned()
}

/// An address that a third party gave, where a browser may be led there.
pub(in crate::console) fn web_address(url: &str) -> Option<String> {
    let parsed = url::Url::parse(url).ok()?;
    matches!(parsed.scheme(), "https" | "http").then(|| parsed.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_of_a_third_party_leads_to_the_web_and_nowhere_else() {
        assert_eq!(
            web_address("https://acme.example/1").as_deref(),
            Some("https://acme.example/1")
        );
        for bad in ["javascript:alert(1)", "data:text/html,x", "/console", ""] {
            assert_eq!(web_address(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_not_said_is_not_in_the_address() {
        assert_eq!(publish(&[("agent", "")]), "/console/publications/new");
        assert_eq!(
            publish(&[("provider", "acme"), ("agent", "a b")]),
            "/console/publications/new?provider=acme&agent=a+b"
        );
    }
}
