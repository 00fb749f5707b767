use std::sync::Arc;

use serde_json::Value;

use super::coerce::input_from_text;
use super::header::{HeaderParameter, header_parameters};
use super::route::Placing;
use super::schedule::Schedule;
use super::schema::Schema;
use super::template::{UriTemplate, Variables};
use super::{Action, Reply, ResourceAddress, listing, task};
use crate::rpc::RawJson;
use crate::{Error, Problem};

/// An action that has been checked: its schemas compiled, its definitions written.
///
/// ```
/// use keyway_core::action::{Action, Registry};
/// # use schemars::JsonSchema;
/// # use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Input { id: u32 }
/// #[derive(Serialize, JsonSchema)]
/// struct Row { id: u32 }
///
/// let action = Action::new("row:get", |_, input: Input| async move { Ok(Row { id: input.id }) })
///     .description("One row")
///     .resource_template("rows://{id}", None);
/// let registry = Registry::new(vec![action]).unwrap();
/// let entry = registry.get("row:get").unwrap();
///
/// let input = entry.input_from_text([("id", "7")]);
/// assert_eq!(input.as_str(), r#"{"id":7}"#);
/// assert!(entry.validate(&input).is_ok());
/// assert_eq!(entry.match_uri("rows://7").unwrap(), [("id".to_owned(), "7".to_owned())]);
/// assert!(entry.tool_definition().as_str().starts_with(r#"{"name":"row-get","description":"One row""#));
/// assert!(entry.template_definition().is_some() && entry.resource_definition().is_none());
/// ```
#[derive(Debug)]
pub struct Entry {
    action: Action,
    slug: Arc<str>,
    tool_name: String,
    input: Schema,
    output: Option<Schema>,
    template: Option<UriTemplate>,
    headers: Vec<HeaderParameter>,
    schedule: Option<Schedule>,
    placing: Option<Placing>,
    tool: RawJson,
    resource: Option<RawJson>,
    resource_template: Option<RawJson>,
    prompt: Option<RawJson>,
}

impl Entry {
    /// Checks one action by itself; the text says what is wrong with it.
    pub(super) fn build(action: Action) -> Result<Self, String> {
        let input = Schema::compile(action.input_schema())
            .map_err(|error| format!("its input schema cannot be used: {error}"))?;
        if action.input_schema().get("type").and_then(Value::as_str) != Some("object") {
            return Err("its input is not an object: use a struct with named fields".into());
        }
        let output = action
            .output_schema()
            .map(Schema::compile)
            .transpose()
            .map_err(|error| format!("its output schema cannot be used: {error}"))?;
        let headers =
            header_parameters(action.input_schema()).map_err(|error| error.to_string())?;
        let template = template_of(&action)?;
        let schedule = action.task.read_schedule(&input)?;
        task::check(&action)?;
        let placing = Placing::of(&action)?;
        Ok(Self {
            slug: action.slug().into(),
            tool_name: action.tool_name(),
            tool: listing::tool(&action),
            resource: listing::resource(&action),
            resource_template: listing::resource_template(&action),
            prompt: listing::prompt(&action),
            input,
            output,
            template,
            headers,
            schedule,
            placing,
            action,
        })
    }

    /// The path of its own, as documents show it: `/api/tickets/{id}`. Nothing without a route.
    pub fn route_path(&self) -> Option<String> {
        self.placing.as_ref().map(Placing::shown)
    }

    /// The inputs that come in the path of its route, in order, and those that come in the query.
    ///
    /// ```
    /// use http::Method;
    /// use keyway_core::action::{Action, Registry};
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct List { project: String, page: Option<u32> }
    ///
    /// let list = Action::new("list", |_, input: List| async move { Ok(input.page) })
    ///     .read_only()
    ///     .route(Method::GET, "/projects/{project}/tickets");
    /// let registry = Registry::new(vec![list]).unwrap();
    /// let entry = registry.get("list").unwrap();
    /// assert_eq!(entry.route_inputs(), Some((vec!["project"], vec!["page"])));
    /// let query = [("page".to_owned(), "2".to_owned())];
    /// let input = entry.routed_input(&["web".into()], &query, None).unwrap();
    /// assert_eq!(input.as_str(), r#"{"project":"web","page":2}"#);
    /// ```
    pub fn route_inputs(&self) -> Option<(Vec<&str>, Vec<&str>)> {
        let placing = self.placing.as_ref()?;
        let path = placing.in_path().iter().map(String::as_str).collect();
        Some((path, placing.in_query().collect()))
    }

    /// The input of a request to its route: what the path says, in its order, the query's
    /// parameters and the body, each in its place.
    ///
    /// # Errors
    ///
    /// `given_twice`, `misplaced_input`, `unknown_parameter` and `body_not_taken`.
    pub fn routed_input(
        &self,
        path: &[String],
        query: &[(String, String)],
        body: Option<&RawJson>,
    ) -> Result<RawJson, Error> {
        let schema = self.action.input_schema();
        match &self.placing {
            Some(placing) => placing.input(schema, path, query, body),
            None => Ok(RawJson::empty_object()),
        }
    }

    pub(super) fn placing(&self) -> Option<&Placing> {
        self.placing.as_ref()
    }

    /// The action.
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// The action's slug, to be shared.
    pub fn shared_slug(&self) -> Arc<str> {
        Arc::clone(&self.slug)
    }

    /// The name of its tool or prompt.
    pub fn tool_name(&self) -> &str {
        &self.tool_name
    }

    /// Checks an input against the schema that is advertised: [`crate::Kind::Invalid`] with
    /// everything that is wrong. Where nothing was given, check `{}`.
    pub fn validate(&self, input: &RawJson) -> Result<(), Error> {
        let problems = self.input.check_text(input);
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error::invalid_input(problems))
        }
    }

    /// Checks an answer against the schema that is advertised. A mismatch is a fault of the action:
    /// [`crate::Kind::Internal`], with the problems for the log only.
    pub fn validate_output(&self, reply: &Reply) -> Result<(), Error> {
        let (Some(schema), Reply::Data(data)) = (&self.output, reply) else {
            return Ok(());
        };
        let problems = schema.check_text(data);
        if problems.is_empty() {
            return Ok(());
        }
        Err(Error::internal(format!(
            "the answer of {} does not fit its schema: {}",
            self.action.slug(),
            in_words(&problems)
        )))
    }

    /// An input out of texts: URI variables, prompt arguments, flags. See
    /// [`input_from_text`](super::input_from_text).
    pub fn input_from_text<'a>(
        &self,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> RawJson {
        input_from_text(self.input.value(), pairs)
    }

    /// The variables of a URI, if this is a resource with that URI or a template that matches it.
    pub fn match_uri(&self, uri: &str) -> Option<Variables> {
        match (&self.action.get_resource()?.address, &self.template) {
            (ResourceAddress::Uri(own), _) => (own == uri).then(Vec::new),
            (ResourceAddress::Template(_), template) => template.as_ref()?.matches(uri),
        }
    }

    /// When it runs by the clock, if it does.
    pub fn schedule(&self) -> Option<&Schedule> {
        self.schedule.as_ref()
    }

    /// The parameters that are mirrored into `Mcp-Param-*` headers; none for most actions.
    pub fn header_parameters(&self) -> &[HeaderParameter] {
        &self.headers
    }

    /// The MCP `Tool` object.
    pub fn tool_definition(&self) -> RawJson {
        self.tool.clone()
    }

    /// The MCP `Resource` object, if it has one URI.
    pub fn resource_definition(&self) -> Option<RawJson> {
        self.resource.clone()
    }

    /// The MCP `ResourceTemplate` object, if it has a URI template.
    pub fn template_definition(&self) -> Option<RawJson> {
        self.resource_template.clone()
    }

    /// The MCP `Prompt` object, if it is a prompt.
    pub fn prompt_definition(&self) -> Option<RawJson> {
        self.prompt.clone()
    }

    pub(super) fn template(&self) -> Option<&UriTemplate> {
        self.template.as_ref()
    }
}

fn template_of(action: &Action) -> Result<Option<UriTemplate>, String> {
    let Some(ResourceAddress::Template(text)) = action.get_resource().map(|r| &r.address) else {
        return Ok(None);
    };
    let template = UriTemplate::parse(text)
        .map_err(|error| format!("its URI template cannot be used: {error}"))?;
    let schema = action.input_schema();
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    for name in template.variables() {
        if super::coerce::property(schema, schema, name, 0).is_none() && closed {
            return Err(format!(
                "its URI template's variable {name} is not among its inputs"
            ));
        }
    }
    Ok(Some(template))
}

fn in_words(problems: &[Problem]) -> String {
    let all: Vec<_> = problems
        .iter()
        .map(|problem| format!("at \"{}\" expected {}", problem.pointer, problem.expected))
        .collect();
    all.join("; ")
}
