//! Agents in a Jira: mentioned in comments, they move issues and answer.

mod install;
mod publication;
mod tools;
mod webhook;

use keyway::provider::{
    BoxFuture, Fixture, Granularity, InstallContext, InstallField, InstallKind,
    IntegrationProvider, McpToolDescriptor, Posted, Progress, ProviderContext, PublicationContext,
    PublicationOffer, Random, Refused, Reply, SessionDispatch, SignedWebhook, Token, WebhookEvent,
    WebhookOutcome, WebhookRequest, sign,
};
use keyway::{Error, Secret};
use serde_json::Value;

/// The provider of Jira.
#[derive(Debug, Clone, Copy)]
pub struct Jira;

impl IntegrationProvider for Jira {
    fn id(&self) -> &'static str {
        "jira"
    }

    fn display_name(&self) -> &'static str {
        "Jira"
    }

    fn install(&self) -> InstallKind {
        InstallKind::Credentials
    }

    fn install_fields(&self) -> &'static [InstallField] {
        install::FIELDS
    }

    fn connect<'a>(
        &'a self,
        context: &'a InstallContext<'a>,
    ) -> BoxFuture<'a, Result<Progress, Error>> {
        Box::pin(install::connect(context))
    }

    fn token<'a>(&'a self, context: &'a InstallContext<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(std::future::ready(install::token(context)))
    }

    fn new_secret(&self, _: &Value, random: &dyn Random) -> Secret<String> {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Secret::new(sign::base64(&bytes))
    }

    fn publication(&self) -> PublicationOffer {
        publication::OFFER
    }

    fn check(&self, context: &ProviderContext<'_>, _: Granularity) -> Result<(), Error> {
        publication::check(context)
    }

    fn dispatch(&self, event: &WebhookEvent, granularity: Granularity) -> Option<SessionDispatch> {
        publication::dispatch(event, granularity)
    }

    fn explain(&self, rule: &str) -> String {
        publication::explain(rule).to_owned()
    }

    fn verify_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Result<(), Refused> {
        webhook::verify(request, context)
    }

    fn headers(&self, _: &ProviderContext<'_>) -> Vec<String> {
        Vec::new()
    }

    fn parse_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> WebhookOutcome {
        webhook::parse(request, context)
    }

    fn fixtures(&self) -> &'static [Fixture] {
        webhook::FIXTURES
    }

    fn sign_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Option<SignedWebhook> {
        webhook::sign(request, context)
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

    fn reply<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
        reply: &'a Reply<'a>,
    ) -> BoxFuture<'a, Result<Posted, Error>> {
        Box::pin(tools::reply(context, place, reply))
    }

    fn find_reply<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
        marker: &'a str,
    ) -> BoxFuture<'a, Result<Option<Posted>, Error>> {
        Box::pin(tools::find_reply(context, place, marker))
    }
}
