//! GitHub, as a GitHub App of the publication's own: mentions, labels, assignments and requests for reviews wake
//! the agent; it reads, comments, commits and reviews within the repositories of the installation.

mod api;
mod app;
mod body;
mod call;
mod claim;
mod discussion;
mod error;
mod explain;
mod fixtures;
mod install;
mod installation;
mod json;
mod jwt;
mod manifest;
mod mention;
mod parse;
mod payload;
mod permissions;
mod place;
mod prompt;
mod publication;
mod reaction;
mod reply;
mod repository;
mod settings;
mod team;
#[cfg(test)]
mod tests;
mod tools;
mod triggers;
mod verify;
mod visit;

use keyway_core::ports::{BoxFuture, Random};
use keyway_core::provider::{
    Attempt, Claim, Examples, Fixture, Granularity, InstallContext, InstallField, InstallKind,
    IntegrationProvider, McpToolDescriptor, Posted, Progress, ProviderContext, PublicationContext,
    PublicationOffer, Refused, Reply, Returned, SessionDispatch, SignedWebhook, Token, Visit,
    Vouched, WebhookEvent, WebhookOutcome, WebhookRequest, Workspace,
};
use keyway_core::{Error, Secret};
use serde_json::Value;

use self::settings::Settings;
use self::triggers::Triggers;

/// The provider of GitHub Apps.
#[derive(Debug, Clone, Copy)]
pub struct GitHub;

impl IntegrationProvider for GitHub {
    fn id(&self) -> &'static str {
        "github"
    }

    fn display_name(&self) -> &'static str {
        "GitHub"
    }

    fn install(&self) -> InstallKind {
        InstallKind::Manifest
    }

    fn publication(&self) -> PublicationOffer {
        publication::OFFER
    }

    fn examples(&self) -> Examples {
        publication::EXAMPLES
    }

    fn new_secret(&self, _settings: &Value, random: &dyn Random) -> Secret<String> {
        install::new_secret(random)
    }

    fn check(&self, context: &ProviderContext<'_>, granularity: Granularity) -> Result<(), Error> {
        install::check(context, granularity)
    }

    fn verify_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Result<(), Refused> {
        verify::verify(request, context)
    }

    // The delivery's id decides nothing. It is what GitHub shows of a delivery.
    fn headers(&self, _context: &ProviderContext<'_>) -> Vec<String> {
        ["content-type", parse::EVENT, "x-github-delivery"]
            .map(str::to_owned)
            .to_vec()
    }

    fn parse_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> WebhookOutcome {
        let settings = Settings::read(context.settings);
        match settings.ok().zip(Triggers::read(context.triggers).ok()) {
            Some((settings, triggers)) => parse::parse(&settings, &triggers, request, context),
            None => parse::ignored(request, "settings_unreadable"),
        }
    }

    fn explain(&self, rule: &str) -> String {
        explain::explain(rule)
    }

    fn dispatch(&self, event: &WebhookEvent, granularity: Granularity) -> Option<SessionDispatch> {
        publication::dispatch(event, granularity)
    }

    fn vouching(&self, context: &ProviderContext<'_>, event: &WebhookEvent) -> Option<String> {
        team::vouching(context, event)
    }

    fn vouch<'a>(
        &'a self,
        context: &'a PublicationContext,
        event: &'a WebhookEvent,
    ) -> BoxFuture<'a, Result<Vouched, Error>> {
        Box::pin(team::vouch(context, event))
    }

    fn claim(&self, request: &WebhookRequest<'_>) -> Option<Claim> {
        claim::claim(request)
    }

    fn fixtures(&self) -> &'static [Fixture] {
        fixtures::FIXTURES
    }

    fn sign_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Option<SignedWebhook> {
        fixtures::sign(request, context)
    }

    fn signing_field(&self) -> Option<&'static str> {
        Some(install::WEBHOOK_SECRET)
    }

    fn install_fields(&self) -> &'static [InstallField] {
        install::FIELDS
    }

    // An installation that is made anew has another id: it is the account's all the same.
    fn same_workspace(&self, before: &Workspace, now: &Workspace) -> bool {
        before.name.eq_ignore_ascii_case(&now.name)
    }

    fn authorize(
        &self,
        context: &InstallContext<'_>,
        attempt: &Attempt<'_>,
    ) -> Result<Visit, Error> {
        visit::authorize(context, attempt)
    }

    fn returned<'a>(
        &'a self,
        context: &'a InstallContext<'a>,
        returned: &'a Returned<'a>,
    ) -> BoxFuture<'a, Result<Progress, Error>> {
        Box::pin(visit::returned(context, returned))
    }

    fn connect<'a>(
        &'a self,
        context: &'a InstallContext<'a>,
    ) -> BoxFuture<'a, Result<Progress, Error>> {
        Box::pin(install::connect(context))
    }

    fn token<'a>(&'a self, context: &'a InstallContext<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(app::token(context))
    }

    fn revoke<'a>(&'a self, context: &'a InstallContext<'a>) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(app::revoke(context))
    }

    fn tools(&self) -> &'static [McpToolDescriptor] {
        tools::TOOLS
    }

    fn execute_tool<'a>(
        &'a self,
        name: &'a str,
        input: &'a Value,
        context: &'a PublicationContext,
    ) -> BoxFuture<'a, Result<Value, Error>> {
        Box::pin(tools::execute(name, input, context))
    }

    fn reply_scope(&self) -> Option<&'static str> {
        Some(publication::COMMENT)
    }

    fn acknowledge<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(reaction::acknowledge(context, place))
    }

    fn reply<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
        said: &'a Reply<'a>,
    ) -> BoxFuture<'a, Result<Posted, Error>> {
        Box::pin(reply::reply(context, place, said))
    }

    fn find_reply<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
        marker: &'a str,
    ) -> BoxFuture<'a, Result<Option<Posted>, Error>> {
        Box::pin(reply::find(context, place, marker))
    }
}
