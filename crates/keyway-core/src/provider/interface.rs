use serde_json::Value;

use super::{
    Attempt, Claim, Examples, Fixture, Gathering, Granularity, InstallContext, InstallField,
    InstallKind, McpToolDescriptor, NotPressed, Posted, Press, Progress, ProviderContext,
    PublicationContext, PublicationOffer, Question, Refused, Reply, Returned, Secrets,
    SessionDispatch, SignedWebhook, Token, TurnStep, Visit, Vouched, WebhookEvent, WebhookOutcome,
    WebhookRequest, Whisper, Workspace,
};
use crate::ports::{BoxFuture, Random};
use crate::{Error, Kind, Secret};

/// A third party's system as the gateway knows it. Registering one is all it takes: its webhooks, its
/// publications and its place in lists are made of what is said here.
///
/// What is about webhooks is pure. What comes in was sent by a stranger until [`verify_webhook`] said
/// otherwise, and nothing of it is looked at, stored or logged before. What answers a future does its I/O
/// through the context alone.
///
/// [`verify_webhook`]: IntegrationProvider::verify_webhook
///
/// The [module](self) has one.
pub trait IntegrationProvider: Send + Sync + 'static {
    /// Its id: see [`crate::names::PROVIDER_ID`].
    fn id(&self) -> &'static str;

    /// Its name for people.
    fn display_name(&self) -> &'static str;

    /// How it is installed.
    fn install(&self) -> InstallKind;

    /// What its publications can be like.
    fn publication(&self) -> PublicationOffer;

    /// Makes what webhooks are to be signed with, where nobody brought one.
    fn new_secret(&self, settings: &Value, random: &dyn Random) -> Secret<String>;

    /// Says whether settings, triggers and secret can be used together.
    ///
    /// # Errors
    ///
    /// `invalid_input` with everything that is wrong at its place, below `/settings`, `/triggers` or
    /// `/secret`. No message repeats a value.
    fn check(&self, context: &ProviderContext<'_>, granularity: Granularity) -> Result<(), Error>;

    /// Whether the request was sent by who has the secret, and just now. Looks at raw bytes only, and
    /// compares in constant time.
    fn verify_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> Result<(), Refused>;

    /// The headers that [`parse_webhook`](Self::parse_webhook) reads, in lower case. Others are not kept.
    fn headers(&self, context: &ProviderContext<'_>) -> Vec<String>;

    /// What a request that was verified means. It may be asked again later about the same one.
    fn parse_webhook(
        &self,
        request: &WebhookRequest<'_>,
        context: &ProviderContext<'_>,
    ) -> WebhookOutcome;

    /// What a rule says that [`parse_webhook`](Self::parse_webhook) gave, for a person who wonders why the
    /// agent spoke or did not.
    fn explain(&self, rule: &str) -> String;

    /// Where an event leads; `None` where it does not say what the granularity goes by.
    fn dispatch(&self, event: &WebhookEvent, granularity: Granularity) -> Option<SessionDispatch>;

    /// Whether the event may begin a conversation. Where it may not, it goes on with one that is there, and
    /// is ignored where there is none: what is said in a thread concerns the agent only if it takes part.
    fn begins(&self, _event: &WebhookEvent) -> bool {
        true
    }

    /// Whether an event waits for others of its conversation, to be said to the agent with them in one turn.
    fn gathering(&self, _context: &ProviderContext<'_>, _event: &WebhookEvent) -> Gathering {
        Gathering::Alone
    }

    /// What the third party's word about who caused an event is kept by, for a few minutes, where only it
    /// knows whether they may. `None` where the event says enough.
    fn vouching(&self, _context: &ProviderContext<'_>, _event: &WebhookEvent) -> Option<String> {
        None
    }

    /// Asks the third party whether who caused an event may wake the agent. It is asked before anything is said
    /// to the agent, and nothing is said while it cannot be asked.
    fn vouch<'a>(
        &'a self,
        _context: &'a PublicationContext,
        _event: &'a WebhookEvent,
    ) -> BoxFuture<'a, Result<Vouched, Error>> {
        Box::pin(std::future::ready(Ok(Vouched::Yes)))
    }

    /// Whether only the third party knows to which conversation an event belongs.
    fn is_lost(&self, _event: &WebhookEvent) -> bool {
        false
    }

    /// Asks the third party where an event that [`is_lost`](Self::is_lost) belongs, and answers it with its
    /// thread and its place.
    fn locate<'a>(
        &'a self,
        _context: &'a PublicationContext,
        event: &'a WebhookEvent,
    ) -> BoxFuture<'a, Result<WebhookEvent, Error>> {
        Box::pin(std::future::ready(Ok(event.clone())))
    }

    /// Settings and triggers as somebody could write them, for forms.
    fn examples(&self) -> Examples {
        Examples::default()
    }

    /// Which installation a request says it is for that came to the one address of all of them. It is asked
    /// before anything is verified, of a body of at most [`Claim::LONGEST_BODY`] bytes; `None` where the
    /// request cannot be for any, and for providers without such an address.
    fn claim(&self, _request: &WebhookRequest<'_>) -> Option<Claim> {
        None
    }

    /// Webhooks to try a publication with.
    fn fixtures(&self) -> &'static [Fixture] {
        &[]
    }

    /// A request as the third party would sign it just now; what is signed of the moment is set in the body.
    /// `None` where nothing can be signed by these settings, and for providers that cannot.
    fn sign_webhook(
        &self,
        _request: &WebhookRequest<'_>,
        _context: &ProviderContext<'_>,
    ) -> Option<SignedWebhook> {
        None
    }

    /// What a request is answered that nobody signed, where the third party asks whether somebody is there
    /// before it says what it signs with. Only asked of an installation that is pending; nothing else is
    /// done about the request.
    fn challenge(&self, _request: &WebhookRequest<'_>) -> Option<String> {
        None
    }

    /// What whoever installs is asked for, in this order.
    fn install_fields(&self) -> &'static [InstallField] {
        &[]
    }

    /// The third party's id of the app that settings are about: one app is in one workspace once. Empty
    /// where there is none.
    fn app(&self, settings: &Value) -> String {
        let id = ["appId", "clientId"]
            .iter()
            .find_map(|name| settings.get(name));
        match id {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => String::new(),
        }
    }

    /// The secret of [`install_fields`](Self::install_fields) that webhooks are signed with, where the third
    /// party makes it. It counts from when it is typed in: the third party asks for an answer before it is
    /// installed.
    fn signing_field(&self) -> Option<&'static str> {
        None
    }

    /// Whether an installation that was made anew is where the one before was: another one is refused.
    fn same_workspace(&self, before: &Workspace, now: &Workspace) -> bool {
        before.id == now.id
    }

    /// Where a browser goes to install, by what is known so far. Pure.
    ///
    /// # Errors
    ///
    /// `invalid_input` for what is missing; `install_not_offered` where there is nothing to visit.
    fn authorize(
        &self,
        _context: &InstallContext<'_>,
        _attempt: &Attempt<'_>,
    ) -> Result<Visit, Error> {
        Err(not_offered())
    }

    /// Goes on with what a browser brought back.
    ///
    /// # Errors
    ///
    /// `install_denied` where somebody said no, `install_incomplete` where something is missing that is
    /// to be brought back, and what the third party refuses.
    fn returned<'a>(
        &'a self,
        _context: &'a InstallContext<'a>,
        _returned: &'a Returned<'a>,
    ) -> BoxFuture<'a, Result<Progress, Error>> {
        Box::pin(std::future::ready(Err(not_offered())))
    }

    /// Installs with what was typed in alone.
    ///
    /// # Errors
    ///
    /// `invalid_input` at what the third party does not take; `install_not_offered` where a browser is
    /// needed.
    fn connect<'a>(
        &'a self,
        _context: &'a InstallContext<'a>,
    ) -> BoxFuture<'a, Result<Progress, Error>> {
        Box::pin(std::future::ready(Err(not_offered())))
    }

    /// Gets a token to act with. One at a time for an installation.
    ///
    /// # Errors
    ///
    /// `installation_revoked` where the third party does not know the installation any more.
    fn token<'a>(
        &'a self,
        _context: &'a InstallContext<'a>,
    ) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(std::future::ready(Err(not_offered())))
    }

    /// The secrets without a token that the third party takes no more, so that [`token`](Self::token) gets
    /// another one. They stay as they are where there is nothing to get one with.
    fn forget_token(&self, secrets: &Secrets) -> Secrets {
        secrets.clone()
    }

    /// Gives back what the third party gave, as far as it can be.
    fn revoke<'a>(&'a self, _context: &'a InstallContext<'a>) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Its tools, each with one scope of [`publication`](Self::publication).
    fn tools(&self) -> &'static [McpToolDescriptor] {
        &[]
    }

    /// Runs a tool whose input fits its schema and whose scope the publication has. What it names has to
    /// be within the publication: another repository, team or channel is refused.
    ///
    /// # Errors
    ///
    /// What the third party refuses, in words a model can use, with a stable code.
    fn execute_tool<'a>(
        &'a self,
        _name: &'a str,
        _input: &'a Value,
        _context: &'a PublicationContext,
    ) -> BoxFuture<'a, Result<Value, Error>> {
        Box::pin(std::future::ready(Err(Error::new(
            Kind::NotFound,
            "tool_not_found",
            "the provider has no such tool",
        ))))
    }

    /// The scope that a reply needs; `None` where nothing is said back.
    fn reply_scope(&self) -> Option<&'static str> {
        None
    }

    /// Says at once that an event is seen, where the third party waits for that. It may be said twice.
    fn acknowledge<'a>(
        &'a self,
        _context: &'a PublicationContext,
        _place: &'a Value,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Whether what goes on in a turn is told at this place.
    fn follows(&self, _place: &Value) -> bool {
        false
    }

    /// Tells at a place what goes on in the turn about it, every few seconds at most. What is lost of it is not
    /// told again.
    fn tell<'a>(
        &'a self,
        _context: &'a PublicationContext,
        _place: &'a Value,
        _step: &'a TurnStep<'a>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Says something where an event came from. It is asked only when
    /// [`find_reply`](Self::find_reply) did not find it.
    fn reply<'a>(
        &'a self,
        _context: &'a PublicationContext,
        _place: &'a Value,
        _reply: &'a Reply<'a>,
    ) -> BoxFuture<'a, Result<Posted, Error>> {
        Box::pin(std::future::ready(Err(not_offered())))
    }

    /// Looks for a reply that may have been said already.
    fn find_reply<'a>(
        &'a self,
        _context: &'a PublicationContext,
        _place: &'a Value,
        _marker: &'a str,
    ) -> BoxFuture<'a, Result<Option<Posted>, Error>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Asks people where an event came from whether a call may be made. `None` where that is not done
    /// there. It is asked only when [`find_reply`](Self::find_reply) did not find its marker.
    fn ask<'a>(
        &'a self,
        _context: &'a PublicationContext,
        _place: &'a Value,
        _question: &'a Question<'a>,
    ) -> BoxFuture<'a, Result<Option<Posted>, Error>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Says below a question, by the id of its message, how it went. Nothing can be pressed there any more.
    /// It may be said twice.
    fn settle<'a>(
        &'a self,
        _context: &'a PublicationContext,
        _place: &'a Value,
        _message: &'a str,
        _question: &'a Question<'a>,
        _outcome: &'a str,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Who pressed which button, by a request that [`verify_webhook`](Self::verify_webhook) verified. Pure.
    fn pressed(
        &self,
        _request: &WebhookRequest<'_>,
        _context: &ProviderContext<'_>,
    ) -> Result<Press, NotPressed> {
        Err(NotPressed::NotOffered)
    }

    /// Tells one person something, at the place of what they pressed. Nobody else sees it.
    fn whisper<'a>(
        &'a self,
        _context: &'a PublicationContext,
        _place: &'a Value,
        _whisper: &'a Whisper<'a>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

fn not_offered() -> Error {
    Error::new(
        Kind::Conflict,
        "install_not_offered",
        "this provider is not installed this way",
    )
}
