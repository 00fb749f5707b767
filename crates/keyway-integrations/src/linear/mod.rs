//! Linear: agent sessions, notifications and comments wake the agent, and it answers where they came from
//! (<https://linear.app/developers/agents>). Installed as an app of its own or with a personal key.

mod api;
mod asking;
mod claim;
mod connect;
mod document;
mod errors;
mod events;
mod fixtures;
mod heard;
mod ids;
mod install;
mod oauth;
mod parse;
mod place;
mod publication;
mod reply;
mod settings;
#[cfg(test)]
mod tests;
mod tools;
mod triggers;
mod underway;
mod verify;

use keyway_core::ports::{BoxFuture, Random};
use keyway_core::provider::{
    Attempt, Claim, Examples, Fixture, Granularity, InstallContext, InstallField, InstallKind,
    IntegrationProvider, McpToolDescriptor, Posted, Progress, ProviderContext, PublicationContext,
    PublicationOffer, Question, Refused, Reply, Returned, Secrets, SessionDispatch, SignedWebhook,
    Token, TurnStep, Visit, WebhookEvent, WebhookOutcome, WebhookRequest,
};
use keyway_core::{Error, Secret};
use serde_json::Value;

/// The provider of Linear.
#[derive(Debug, Clone, Copy)]
pub struct Linear;

impl IntegrationProvider for Linear {
    fn id(&self) -> &'static str {
        "linear"
    }

    fn display_name(&self) -> &'static str {
        "Linear"
    }

    fn install(&self) -> InstallKind {
        InstallKind::OAuth
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

    fn check(&self, context: &ProviderContext<'_>, _: Granularity) -> Result<(), Error> {
        install::check(context)
    }

    fn verify_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Result<(), Refused> {
        verify::verify(request, context)
    }

    fn headers(&self, _context: &ProviderContext<'_>) -> Vec<String> {
        // None of them is signed.
        Vec::new()
    }

    fn parse_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> WebhookOutcome {
        parse::parse(request, context)
    }

    fn explain(&self, rule: &str) -> String {
        triggers::explain(rule).to_owned()
    }

    fn dispatch(&self, event: &WebhookEvent, granularity: Granularity) -> Option<SessionDispatch> {
        publication::dispatch(event, granularity)
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
        Some("webhookSecret")
    }

    fn install_fields(&self) -> &'static [InstallField] {
        install::FIELDS
    }

    fn authorize(
        &self,
        context: &InstallContext<'_>,
        attempt: &Attempt<'_>,
    ) -> Result<Visit, Error> {
        connect::authorize(context, attempt)
    }

    fn returned<'a>(
        &'a self,
        context: &'a InstallContext<'a>,
        returned: &'a Returned<'a>,
    ) -> BoxFuture<'a, Result<Progress, Error>> {
        Box::pin(connect::returned(context, returned))
    }

    fn connect<'a>(
        &'a self,
        context: &'a InstallContext<'a>,
    ) -> BoxFuture<'a, Result<Progress, Error>> {
        Box::pin(connect::connect(context))
    }

    fn token<'a>(&'a self, context: &'a InstallContext<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(connect::token(context))
    }

    fn forget_token(&self, secrets: &Secrets) -> Secrets {
        oauth::forget_token(secrets)
    }

    fn revoke<'a>(&'a self, context: &'a InstallContext<'a>) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(connect::revoke(context))
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
        Box::pin(reply::acknowledge(context, place))
    }

    fn follows(&self, place: &Value) -> bool {
        underway::follows(place)
    }

    fn tell<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
        step: &'a TurnStep<'a>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(underway::tell(context, place, step))
    }

    fn reply<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
        reply: &'a Reply<'a>,
    ) -> BoxFuture<'a, Result<Posted, Error>> {
        Box::pin(reply::reply(context, place, reply))
    }

    fn find_reply<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
        marker: &'a str,
    ) -> BoxFuture<'a, Result<Option<Posted>, Error>> {
        Box::pin(reply::find_reply(context, place, marker))
    }

    fn ask<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
        question: &'a Question<'a>,
    ) -> BoxFuture<'a, Result<Option<Posted>, Error>> {
        Box::pin(asking::ask(context, place, question))
    }
}
