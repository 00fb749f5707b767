use std::sync::Arc;
use std::time::Duration;

use http::Method;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::around::{self, Around};
use super::derive::{input_schema, output_schema};
use super::handler::{self, Handler};
use super::task::Task;
use super::{
    Content, Context, Expose, Origin, PromptExposure, Reply, ResourceAddress, ResourceExposure,
};
use crate::Error;
use crate::credential::CredentialNeed;
use crate::ports::BoxFuture;
use crate::rpc::RawJson;

/// How long an action may run unless it says otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// How many levels of nesting are rendered as markdown unless an action says otherwise.
pub const DEFAULT_MARKDOWN_DEPTH: usize = 5;

/// How an action's data is written for a model.
///
/// ```
/// use keyway_core::Action;
/// use keyway_core::action::Format;
///
/// let list = Action::new("list", |_, (): ()| async { Ok(vec![1, 2]) }).markdown();
/// assert_eq!(list.get_format(), Format::Markdown);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// JSON.
    #[default]
    Json,
    /// Markdown, rendered from the data.
    Markdown,
}

/// Hints about what an action does (MCP `ToolAnnotations`).
///
/// ```
/// use keyway_core::Action;
/// use keyway_core::action::Annotations;
///
/// let purge = Action::new("purge", |_, (): ()| async { Ok(()) })
///     .annotations(Annotations { destructive: Some(true), ..Annotations::default() });
/// assert_eq!(purge.get_annotations().destructive, Some(true));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Annotations {
    /// It changes nothing.
    pub read_only: Option<bool>,
    /// It may destroy something.
    pub destructive: Option<bool>,
    /// Doing it twice is the same as doing it once.
    pub idempotent: Option<bool>,
    /// It reaches systems beyond this one.
    pub open_world: Option<bool>,
}

/// What an action does for people who come to the gateway's pages: it takes the place of the
/// gateway's own users.
///
/// ```
/// use keyway_core::Action;
/// use keyway_core::action::SignInAction;
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Credentials { email: String, password: keyway_core::Secret<String> }
/// #[derive(Serialize, JsonSchema)]
/// struct Account { id: u64 }
/// #[derive(Serialize, JsonSchema)]
/// struct Known { user: Account }
///
/// let login = Action::new("session:create", |_, _: Credentials| async {
///     Ok(Known { user: Account { id: 7 } })
/// })
/// .login();
/// assert_eq!(login.get_sign_in(), Some(SignInAction::Login));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInAction {
    /// It says who somebody is.
    Login,
    /// It makes somebody known, and says who it is.
    Signup,
}

impl SignInAction {
    /// What people call such an action.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Login => "login action",
            Self::Signup => "signup action",
        }
    }
}

type Completer =
    Arc<dyn Fn(Context, String) -> BoxFuture<'static, Result<Vec<String>, Error>> + Send + Sync>;

/// A typed operation: declared once, reachable over every transport it opts into.
///
/// ```
/// use keyway_core::action::{Action, Expose};
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct View {
///     /// The user's id.
///     user_id: String,
/// }
///
/// #[derive(Serialize, JsonSchema)]
/// struct User {
///     name: String,
/// }
///
/// let action = Action::new("user:view", |_context, input: View| async move {
///     Ok(User { name: format!("user {}", input.user_id) })
/// })
/// .description("View a user's profile")
/// .read_only()
/// .expose(Expose::MCP | Expose::HTTP);
///
/// assert_eq!(action.tool_name(), "user-view");
/// ```
#[derive(Clone)]
pub struct Action {
    slug: String,
    mcp_name: Option<String>,
    defined_at: Origin,
    title: Option<String>,
    description: String,
    annotations: Annotations,
    admin_only: bool,
    timeout: Option<Duration>,
    format: Format,
    markdown_depth: Option<usize>,
    expose: Option<Expose>,
    resource: Option<ResourceExposure>,
    prompt: Option<PromptExposure>,
    sign_in: Option<SignInAction>,
    completers: Vec<(String, Completer)>,
    input_schema: Value,
    output_schema: Option<Value>,
    handler: Handler,
    pub(super) credentials: Vec<CredentialNeed>,
    pub(super) task: Task,
    pub(super) route: Option<(Method, String)>,
    pub(super) around: Vec<Around>,
}

impl Action {
    /// An action that takes and answers data. Its schemas come from the types.
    #[track_caller]
    pub fn new<I, O, F, R>(slug: impl Into<String>, run: F) -> Self
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + Send + 'static,
        F: Fn(Context, I) -> R + Send + Sync + 'static,
        R: Future<Output = Result<O, Error>> + Send + 'static,
    {
        Self::build(
            slug.into(),
            input_schema::<I>(),
            Some(output_schema::<O>()),
            handler::data(run),
        )
    }

    /// An action that answers MCP content blocks: pictures, sound, embedded resources.
    ///
    /// ```
    /// use keyway_core::Action;
    /// use keyway_core::action::Content;
    ///
    /// let logo = Action::content("logo", |_, (): ()| async { Ok(Content::text("no picture yet")) });
    /// assert_eq!(logo.output_schema(), None);
    /// ```
    #[track_caller]
    pub fn content<I, F, R>(slug: impl Into<String>, run: F) -> Self
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        F: Fn(Context, I) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Content, Error>> + Send + 'static,
    {
        Self::build(
            slug.into(),
            input_schema::<I>(),
            None,
            handler::content(run),
        )
    }

    #[track_caller]
    pub(super) fn build(
        slug: String,
        input: Value,
        output: Option<Value>,
        handler: Handler,
    ) -> Self {
        Self {
            slug,
            mcp_name: None,
            defined_at: Origin::here(),
            credentials: Vec::new(),
            title: None,
            description: String::new(),
            annotations: Annotations::default(),
            admin_only: false,
            timeout: Some(DEFAULT_TIMEOUT),
            format: Format::Json,
            markdown_depth: None,
            expose: None,
            resource: None,
            prompt: None,
            sign_in: None,
            completers: Vec::new(),
            input_schema: input,
            output_schema: output,
            handler,
            task: Task::default(),
            route: None,
            around: Vec::new(),
        }
    }

    /// The name of its tool or prompt towards MCP clients, instead of the slug's.
    ///
    /// ```
    /// # use keyway_core::Action;
    /// let action = Action::new("user:view", |_, (): ()| async { Ok(1) }).mcp_name("view_user");
    /// assert_eq!(action.tool_name(), "view_user");
    /// ```
    pub fn mcp_name(mut self, name: impl Into<String>) -> Self {
        self.mcp_name = Some(name.into());
        self
    }

    /// A name for people.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// What the action does, for models and people.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Members may not use it, only admins and owners, unless policy permits more.
    ///
    /// ```
    /// use keyway_core::Action;
    ///
    /// let purge = Action::new("purge", |_, (): ()| async { Ok(()) }).admin_only();
    /// assert!(purge.is_admin_only());
    /// ```
    pub fn admin_only(mut self) -> Self {
        self.admin_only = true;
        self
    }

    /// It changes nothing.
    pub fn read_only(mut self) -> Self {
        self.annotations.read_only = Some(true);
        self
    }

    /// It may destroy something.
    pub fn destructive(mut self) -> Self {
        self.annotations.destructive = Some(true);
        self
    }

    /// Doing it twice is the same as doing it once.
    pub fn idempotent(mut self) -> Self {
        self.annotations.idempotent = Some(true);
        self
    }

    /// All hints at once.
    pub fn annotations(mut self, annotations: Annotations) -> Self {
        self.annotations = annotations;
        self
    }

    /// How long it may run; zero is without limit. 30 seconds unless said.
    ///
    /// ```
    /// # use keyway_core::Action;
    /// use std::time::Duration;
    ///
    /// let quick = Action::new("quick", |_, (): ()| async { Ok(1) });
    /// assert_eq!(quick.get_timeout(), Some(Duration::from_secs(30)));
    /// assert_eq!(quick.timeout(Duration::ZERO).get_timeout(), None);
    /// ```
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = (!limit.is_zero()).then_some(limit);
        self
    }

    /// Its data is rendered as markdown for models.
    pub fn markdown(mut self) -> Self {
        self.format = Format::Markdown;
        self
    }

    /// How many levels of nesting are rendered as markdown before the rest becomes a block of JSON.
    /// 5 unless said.
    pub fn markdown_depth(mut self, levels: usize) -> Self {
        self.markdown_depth = Some(levels);
        self
    }

    /// The same for an action whose author said nothing about it.
    pub fn markdown_depth_by_default(mut self, levels: usize) -> Self {
        self.markdown_depth = self.markdown_depth.or(Some(levels));
        self
    }

    /// The transports it is reachable over. Replaces what was said before; nothing by default.
    pub fn expose(mut self, expose: Expose) -> Self {
        self.expose = Some(expose);
        self
    }

    /// The transports it is reachable over when its author said nothing about it. An action that is
    /// to stay hidden says `expose(Expose::NONE)`.
    pub fn expose_by_default(mut self, expose: Expose) -> Self {
        if self.sign_in.is_none() && expose != Expose::NONE {
            self.expose = self.expose.or(Some(expose));
        }
        self
    }

    /// Makes it the action that people sign in with. The fields of the sign-in page come from its
    /// input schema; of a [`Secret`](crate::Secret) comes a password field. It answers
    /// `{ "user": { "id": … } }`, the id a whole number or a text, and beside it what is known of
    /// `name` and `email`; someone it does not know it refuses with an error.
    ///
    /// Such an action is reachable from the sign-in page only: as a tool, an endpoint or a command
    /// it would take passwords through models and logs. A gateway has at most one.
    pub fn login(mut self) -> Self {
        self.sign_in = Some(SignInAction::Login);
        self
    }

    /// Makes it the action that people sign up with; the rest is as for [`Action::login`].
    pub fn signup(mut self) -> Self {
        self.sign_in = Some(SignInAction::Signup);
        self
    }

    /// Serves it as the MCP resource at `uri`. It then answers `{text | blob, mimeType?}`.
    pub fn resource(mut self, uri: impl Into<String>, mime_type: Option<&str>) -> Self {
        self.resource = Some(ResourceExposure {
            address: ResourceAddress::Uri(uri.into()),
            mime_type: mime_type.map(str::to_owned),
        });
        self
    }

    /// Serves it as an MCP resource template (RFC 6570); the variables become inputs.
    pub fn resource_template(
        mut self,
        template: impl Into<String>,
        mime_type: Option<&str>,
    ) -> Self {
        self.resource = Some(ResourceExposure {
            address: ResourceAddress::Template(template.into()),
            mime_type: mime_type.map(str::to_owned),
        });
        self
    }

    /// Serves it as an MCP prompt. It then answers `{description?, messages}`.
    pub fn prompt(mut self, title: Option<&str>) -> Self {
        self.prompt = Some(PromptExposure {
            title: title.map(str::to_owned),
        });
        self
    }

    /// Offers completions for one argument: given what was typed, what may be meant.
    ///
    /// ```
    /// # use keyway_core::Action;
    /// # use schemars::JsonSchema;
    /// # use serde::Deserialize;
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Travel { city: String }
    ///
    /// let travel = Action::new("travel", |_, input: Travel| async move { Ok(input.city) })
    ///     .complete("city", |_, typed| async move {
    ///         let known = ["Paris", "Prague", "Rome"];
    ///         Ok(known.iter().filter(|city| city.starts_with(&typed)).map(ToString::to_string).collect())
    ///     });
    /// assert_eq!(travel.slug(), "travel");
    /// ```
    pub fn complete<F, R>(mut self, argument: impl Into<String>, complete: F) -> Self
    where
        F: Fn(Context, String) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Vec<String>, Error>> + Send + 'static,
    {
        self.completers.push((
            argument.into(),
            Arc::new(move |context, typed| Box::pin(complete(context, typed))),
        ));
        self
    }

    /// Replaces the input schema that was made from the type. The type still reads the input.
    ///
    /// ```
    /// # use keyway_core::Action;
    /// use serde_json::{Value, json};
    ///
    /// let any = Action::new("any", |_, input: Value| async move { Ok(input) })
    ///     .input_schema_override(json!({ "type": "object", "required": ["id"] }));
    /// assert_eq!(any.input_schema()["required"][0], "id");
    /// ```
    pub fn input_schema_override(mut self, schema: Value) -> Self {
        self.input_schema = schema;
        self
    }

    /// The action's slug.
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// The name it has as an MCP tool or prompt: the slug with `-` for `:`, unless
    /// [`Action::mcp_name`] says otherwise.
    pub fn tool_name(&self) -> String {
        let own = || self.slug.replace(':', "-");
        self.mcp_name.clone().unwrap_or_else(own)
    }

    /// Where the action was defined.
    pub fn defined_at(&self) -> &Origin {
        &self.defined_at
    }

    /// Says where it was defined, where that is not the line that made it.
    pub fn defined(mut self, at: Origin) -> Self {
        self.defined_at = at;
        self
    }

    /// The name for people, if it has one.
    pub fn get_title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// What it does.
    pub fn get_description(&self) -> &str {
        &self.description
    }

    /// True when members may not use it.
    pub fn is_admin_only(&self) -> bool {
        self.admin_only
    }

    /// The hints.
    pub fn get_annotations(&self) -> Annotations {
        self.annotations
    }

    /// The time limit; `None` is without.
    pub fn get_timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// How data is written for models.
    pub fn get_format(&self) -> Format {
        self.format
    }

    /// How many levels of nesting are rendered as markdown.
    pub fn get_markdown_depth(&self) -> usize {
        self.markdown_depth.unwrap_or(DEFAULT_MARKDOWN_DEPTH)
    }

    /// The transports. Who has a route says HTTP with it.
    pub fn exposure(&self) -> Expose {
        let said = self.expose.unwrap_or(Expose::NONE);
        match self.route {
            Some(_) => said | Expose::HTTP,
            None => said,
        }
    }

    /// True when its author said that it is exposed nowhere.
    pub(super) fn is_said_to_be_nowhere(&self) -> bool {
        self.expose == Some(Expose::NONE)
    }

    /// The resource it is, if it is one.
    pub fn get_resource(&self) -> Option<&ResourceExposure> {
        self.resource.as_ref()
    }

    /// The prompt it is, if it is one.
    pub fn get_prompt(&self) -> Option<&PromptExposure> {
        self.prompt.as_ref()
    }

    /// What it does for people who sign in, if it does.
    pub fn get_sign_in(&self) -> Option<SignInAction> {
        self.sign_in
    }

    /// JSON Schema 2020-12 of the input.
    pub fn input_schema(&self) -> &Value {
        &self.input_schema
    }

    /// JSON Schema 2020-12 of the output, for an action that answers data.
    pub fn output_schema(&self) -> Option<&Value> {
        self.output_schema.as_ref()
    }

    /// Runs the action, and what is [around](Action::around) it, on input that was validated against
    /// [`Action::input_schema`].
    pub fn run(
        &self,
        context: Context,
        input: RawJson,
    ) -> BoxFuture<'static, Result<Reply, Error>> {
        if self.around.is_empty() {
            (self.handler)(context, input)
        } else {
            around::run(self, context, input)
        }
    }

    /// Runs what its author wrote, without what is around it.
    pub(super) fn run_inner(
        &self,
        context: Context,
        input: RawJson,
    ) -> BoxFuture<'static, Result<Reply, Error>> {
        (self.handler)(context, input)
    }

    /// What may be meant by what was typed for `argument`; `None` when nothing is offered.
    pub fn completions(
        &self,
        context: Context,
        argument: &str,
        typed: String,
    ) -> Option<BoxFuture<'static, Result<Vec<String>, Error>>> {
        let (_, completer) = self.completers.iter().find(|(name, _)| name == argument)?;
        Some(completer(context, typed))
    }
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Action")
            .field("slug", &self.slug)
            .finish_non_exhaustive()
    }
}
