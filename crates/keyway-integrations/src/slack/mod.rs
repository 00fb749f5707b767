//! Slack: an app of one workspace, whose bot is the agent. It is mentioned, written to directly and asked
//! in threads, and answers where it was asked.

mod acting;
mod api;
mod asking;
mod body;
mod claim;
mod error;
mod fixtures;
mod guests;
mod install;
pub mod interactive;
mod locate;
mod manifest;
mod message;
mod mrkdwn;
mod parse;
mod place;
mod publication;
mod reply;
mod rules;
mod scopes;
mod settings;
#[cfg(test)]
mod tests;
mod text;
mod token;
mod tools;
mod triggers;
mod verify;

use keyway_core::ports::{BoxFuture, Random};
use keyway_core::provider::{
    Attempt, Claim, Examples, Fixture, Gathering, Granularity, InstallContext, InstallField,
    InstallKind, IntegrationProvider, McpToolDescriptor, NotPressed, Posted, Press, Progress,
    ProviderContext, PublicationContext, PublicationOffer, Question, Refused, Reply, Returned,
    Secrets, SessionDispatch, SignedWebhook, Token, Visit, Vouched, WebhookEvent, WebhookOutcome,
    WebhookRequest, Whisper, sign,
};
use keyway_core::{Error, Secret};
use serde_json::Value;

pub use manifest::manifest;

/// The bytes of a secret that nobody brought. Nothing is signed with it: it keeps an address shut until
/// Slack's own secret is known.
const SECRET: usize = 32;

/// The provider of Slack.
#[derive(Debug, Clone, Copy)]
pub struct Slack;

impl IntegrationProvider for Slack {
    fn id(&self) -> &'static str {
        "slack"
    }

    fn display_name(&self) -> &'static str {
        "Slack"
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
        let mut bytes = [0; SECRET];
        random.fill(&mut bytes);
        Secret::new(sign::base64(&bytes))
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
        rules::explain(rule).to_owned()
    }

    fn dispatch(&self, event: &WebhookEvent, granularity: Granularity) -> Option<SessionDispatch> {
        publication::dispatch(event, granularity)
    }

    fn begins(&self, event: &WebhookEvent) -> bool {
        publication::begins(event)
    }

    fn gathering(&self, context: &ProviderContext<'_>, event: &WebhookEvent) -> Gathering {
        publication::gathering(context, event)
    }

    fn vouching(&self, context: &ProviderContext<'_>, event: &WebhookEvent) -> Option<String> {
        guests::vouching(context, event)
    }

    fn vouch<'a>(
        &'a self,
        context: &'a PublicationContext,
        event: &'a WebhookEvent,
    ) -> BoxFuture<'a, Result<Vouched, Error>> {
        Box::pin(guests::vouch(context, event))
    }

    fn is_lost(&self, event: &WebhookEvent) -> bool {
        locate::is_lost(event)
    }

    fn locate<'a>(
        &'a self,
        context: &'a PublicationContext,
        event: &'a WebhookEvent,
    ) -> BoxFuture<'a, Result<WebhookEvent, Error>> {
        Box::pin(locate::locate(context, event))
    }

    fn challenge(&self, request: &WebhookRequest<'_>) -> Option<String> {
        parse::challenge(request)
    }

    fn install_fields(&self) -> &'static [InstallField] {
        &install::FIELDS
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
        Some(install::SIGNING_SECRET)
    }

    fn authorize(
        &self,
        context: &InstallContext<'_>,
        attempt: &Attempt<'_>,
    ) -> Result<Visit, Error> {
        install::authorize(context, attempt)
    }

    fn returned<'a>(
        &'a self,
        context: &'a InstallContext<'a>,
        returned: &'a Returned<'a>,
    ) -> BoxFuture<'a, Result<Progress, Error>> {
        Box::pin(install::returned(context, returned))
    }

    fn token<'a>(&'a self, context: &'a InstallContext<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(token::token(context))
    }

    fn forget_token(&self, secrets: &Secrets) -> Secrets {
        token::forget(secrets)
    }

    fn revoke<'a>(&'a self, context: &'a InstallContext<'a>) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(token::revoke(context))
    }

    fn tools(&self) -> &'static [McpToolDescriptor] {
        &tools::TOOLS
    }

    fn execute_tool<'a>(
        &'a self,
        name: &'a str,
        input: &'a Value,
        context: &'a PublicationContext,
    ) -> BoxFuture<'a, Result<Value, Error>> {
        Box::pin(tools::run(name, input, context))
    }

    fn reply_scope(&self) -> Option<&'static str> {
        Some(publication::POST)
    }

    fn acknowledge<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(reply::acknowledge(context, place))
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
        Box::pin(reply::find(context, place, marker))
    }

    fn ask<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
        question: &'a Question<'a>,
    ) -> BoxFuture<'a, Result<Option<Posted>, Error>> {
        Box::pin(async move { asking::ask(context, place, question).await.map(Some) })
    }

    fn settle<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
        message: &'a str,
        question: &'a Question<'a>,
        outcome: &'a str,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(asking::settle(context, place, message, question, outcome))
    }

    fn pressed(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Result<Press, NotPressed> {
        asking::pressed(request, context)
    }

    fn whisper<'a>(
        &'a self,
        context: &'a PublicationContext,
        place: &'a Value,
        whisper: &'a Whisper<'a>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(asking::whisper(context, place, whisper))
    }
}
