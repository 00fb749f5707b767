//! What runs around an action.

use std::any::Any;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::coerce::{items, parts, property};
use super::{Action, Context, Reply};
use crate::ports::BoxFuture;
use crate::rpc::RawJson;
use crate::secrets::looks_secret;
use crate::{Error, Principal, RequestId};

/// A function around an action, its types erased.
pub(crate) type Around =
    Arc<dyn Fn(Calling, Next) -> BoxFuture<'static, Result<Ran, Error>> + Send + Sync>;

/// What stands where a secret stood.
const MASK: &str = "[masked]";

/// A call that is about to run, as functions [around](Action::around) an action see it. Policy has
/// let it through, its input is valid, and it is in the audit log. Cheap to clone.
///
/// ```
/// use keyway_core::Action;
/// use keyway_core::action::{Calling, Next};
/// use keyway_core::{Error, Kind};
///
/// // Nobody calls it at night.
/// let careful = Action::new("order:ship", |_, (): ()| async { Ok("shipped") })
///     .around(|calling: Calling, next: Next| async move {
///         let hour = calling.context().now().to_zoned(jiff::tz::TimeZone::UTC).hour();
///         if !(6..22).contains(&hour) {
///             return Err(Error::new(Kind::Conflict, "closed", "orders are shipped by day"));
///         }
///         next.run().await
///     });
/// assert_eq!(careful.slug(), "order:ship");
/// ```
#[derive(Debug, Clone)]
pub struct Calling {
    action: Arc<Action>,
    context: Context,
    input: RawJson,
}

/// The rest of a call: what is further in, and the action itself at last. It runs once or not at
/// all, and on the input that was checked.
#[must_use = "an action whose `Next` does not run is not run"]
#[derive(Debug)]
pub struct Next {
    calling: Calling,
    /// How many functions are further out, this one included.
    depth: usize,
}

/// That the action ran and what it answered. Only [`Next::run`] makes one: nothing around an action
/// answers in its place.
#[derive(Debug)]
pub struct Ran(Reply);

impl Calling {
    /// The action's slug.
    pub fn slug(&self) -> &str {
        self.action.slug()
    }

    /// The action.
    pub fn action(&self) -> &Action {
        &self.action
    }

    /// Who asks.
    pub fn principal(&self) -> &Principal {
        self.context.principal()
    }

    /// The request's id in logs and errors.
    pub fn request_id(&self) -> &RequestId {
        self.context.request_id()
    }

    /// What the action will know of its call.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The input, with `[masked]` for every secret: what the schema marks as one (`writeOnly`, as
    /// [`Secret`](crate::Secret) does) and what has the name of one.
    ///
    /// ```
    /// use keyway_core::{Action, Secret};
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Login { user: String, pin: Secret<String> }
    ///
    /// let login = Action::new("login", |_, _: Login| async { Ok(()) })
    ///     .around(|calling, next| async move {
    ///         tracing::info!(input = calling.input().as_str(), "called");
    ///         next.run().await
    ///     });
    /// assert_eq!(login.slug(), "login");
    /// ```
    pub fn input(&self) -> RawJson {
        let schema = self.action.input_schema();
        let Ok(value) = self.input.read::<Value>() else {
            return RawJson::empty_object();
        };
        let masked = masked(schema, Some(schema), value);
        RawJson::of(&masked).unwrap_or_else(|_| RawJson::empty_object())
    }
}

impl Next {
    /// Runs the rest and answers what came of it.
    ///
    /// # Errors
    ///
    /// What is further in refused, or the action failed.
    pub async fn run(self) -> Result<Ran, Error> {
        let Self { calling, depth } = self;
        go(calling, depth).await
    }

    /// The same, with something that the action gets by its type ([`Context::get`]): a transaction,
    /// a user of the application.
    ///
    /// ```
    /// use keyway_core::{Action, Error};
    ///
    /// #[derive(Debug)]
    /// struct Tenant(&'static str);
    ///
    /// let show = Action::new("tenant:show", |context, (): ()| async move {
    ///     let tenant = context.get::<Tenant>().ok_or_else(|| Error::internal("no tenant"))?;
    ///     Ok(tenant.0)
    /// })
    /// .around(|_, next| async move { next.run_with(Tenant("north")).await });
    /// assert_eq!(show.slug(), "tenant:show");
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Next::run`].
    pub async fn run_with<T: Any + Send + Sync>(self, value: T) -> Result<Ran, Error> {
        self.run_with_shared(Arc::new(value)).await
    }

    /// The same with something that is shared.
    ///
    /// # Errors
    ///
    /// As for [`Next::run`].
    pub async fn run_with_shared<T: Any + Send + Sync>(
        mut self,
        value: Arc<T>,
    ) -> Result<Ran, Error> {
        self.calling.context = self.calling.context.with(value);
        self.run().await
    }
}

impl Ran {
    /// What the action answered.
    pub fn reply(&self) -> &Reply {
        &self.0
    }
}

impl Action {
    /// Runs something around it, each time it is called, whatever the transport: before it, after it
    /// and where it fails. What is around an action sees calls that policy let through, whose input
    /// is valid and that are written down; it cannot change the input or the answer, and refuses by
    /// an error. It is within the action's time limit. A call that is cancelled, runs out of time or
    /// panics is dropped, so what must happen then belongs into a `Drop`.
    ///
    /// What is around the gateway is outside of what is around an app, and that of what is around an
    /// action; of several the first one is outermost.
    ///
    /// ```
    /// use keyway_core::Action;
    ///
    /// let import = Action::new("import", |_, (): ()| async { Ok(()) })
    ///     .around(|calling, next| async move {
    ///         let began = calling.context().now();
    ///         let outcome = next.run().await;
    ///         let took = calling.context().now().duration_since(began);
    ///         match &outcome {
    ///             Ok(_) => tracing::info!(slug = calling.slug(), ?took, "done"),
    ///             Err(error) => tracing::warn!(slug = calling.slug(), ?took, code = error.code(), "failed"),
    ///         }
    ///         outcome
    ///     });
    /// assert_eq!(import.slug(), "import");
    /// ```
    pub fn around<F, R>(mut self, around: F) -> Self
    where
        F: Fn(Calling, Next) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Ran, Error>> + Send + 'static,
    {
        self.around.push(erased(around));
        self
    }

    /// The same, further out than everything that is around it already: for who puts actions of
    /// others together.
    pub fn around_all(mut self, outer: &Surrounding) -> Self {
        self.around.splice(0..0, outer.0.iter().cloned());
        self
    }
}

/// Functions around several actions, outermost first.
///
/// ```
/// use keyway_core::Action;
/// use keyway_core::action::Surrounding;
///
/// let mut logged = Surrounding::default();
/// logged.add(|calling, next| async move {
///     tracing::info!(slug = calling.slug(), "called");
///     next.run().await
/// });
/// let actions = [Action::new("one", |_, (): ()| async { Ok(1) })];
/// let actions = actions.map(|action| action.around_all(&logged));
/// assert_eq!((actions[0].slug(), logged.is_empty()), ("one", false));
/// ```
#[derive(Clone, Default)]
pub struct Surrounding(Vec<Around>);

impl Surrounding {
    /// Adds a function, inside of those there are.
    pub fn add<F, R>(&mut self, around: F)
    where
        F: Fn(Calling, Next) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Ran, Error>> + Send + 'static,
    {
        self.0.push(erased(around));
    }

    /// True while there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Surrounding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Surrounding").field(&self.0.len()).finish()
    }
}

fn erased<F, R>(around: F) -> Around
where
    F: Fn(Calling, Next) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Ran, Error>> + Send + 'static,
{
    Arc::new(move |calling, next| Box::pin(around(calling, next)))
}

/// Runs an action that has something around it.
pub(super) fn run(
    action: &Action,
    context: Context,
    input: RawJson,
) -> BoxFuture<'static, Result<Reply, Error>> {
    let calling = Calling {
        action: Arc::new(action.clone()),
        context,
        input,
    };
    Box::pin(async move { go(calling, 0).await.map(|ran| ran.0) })
}

/// Goes in from a depth.
fn go(calling: Calling, depth: usize) -> BoxFuture<'static, Result<Ran, Error>> {
    if let Some(around) = calling.action.around.get(depth).map(Arc::clone) {
        let next = Next {
            calling: calling.clone(),
            depth: depth + 1,
        };
        return around(calling, next);
    }
    let running = calling.action.run_inner(calling.context, calling.input);
    Box::pin(async move { running.await.map(Ran) })
}

fn masked(root: &Value, schema: Option<&Value>, value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let masked = members.into_iter().map(|(name, value)| {
                let of = schema.and_then(|schema| property(root, schema, &name, 0));
                let secret = looks_secret(&name) || of.is_some_and(|of| is_secret(root, of, 0));
                let value = match value {
                    Value::Null => Value::Null,
                    _ if secret => MASK.into(),
                    value => masked(root, of, value),
                };
                (name, value)
            });
            Value::Object(masked.collect::<Map<_, _>>())
        }
        Value::Array(values) => {
            let each = schema.and_then(|schema| items(root, schema));
            if each.is_some_and(|each| is_secret(root, each, 0)) {
                return MASK.into();
            }
            let values = values.into_iter();
            values.map(|value| masked(root, each, value)).collect()
        }
        plain => plain,
    }
}

fn is_secret(root: &Value, schema: &Value, depth: usize) -> bool {
    depth <= 8
        && (schema.get("writeOnly") == Some(&Value::Bool(true))
            || parts(root, schema).any(|part| is_secret(root, part, depth + 1)))
}
