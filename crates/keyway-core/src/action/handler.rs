use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Content, Context};
use crate::Error;
use crate::ports::BoxFuture;
use crate::rpc::RawJson;

/// What an action answered.
///
/// ```
/// use keyway_core::action::{Content, Reply};
/// use keyway_core::rpc::RawJson;
///
/// let data = Reply::Data(RawJson::of(&[1, 2]).unwrap());
/// assert!(matches!(data, Reply::Data(text) if text.as_str() == "[1,2]"));
/// let _blocks = Reply::Content(Content::text("hello"));
/// ```
#[derive(Debug, Clone)]
pub enum Reply {
    /// Data, as JSON text.
    Data(RawJson),
    /// Content blocks.
    Content(Content),
}

/// An action's function with its types erased: JSON text in, [`Reply`] out. The input has been
/// validated before.
pub(super) type Handler =
    Arc<dyn Fn(Context, RawJson) -> BoxFuture<'static, Result<Reply, Error>> + Send + Sync>;

pub(super) fn data<I, O, F, R>(run: F) -> Handler
where
    I: DeserializeOwned + JsonSchema + Send + 'static,
    O: Serialize + JsonSchema + Send + 'static,
    F: Fn(Context, I) -> R + Send + Sync + 'static,
    R: Future<Output = Result<O, Error>> + Send + 'static,
{
    Arc::new(move |context, input| match read(&input) {
        Ok(input) => {
            let running = run(context, input);
            Box::pin(async move {
                RawJson::of(&running.await?)
                    .map(Reply::Data)
                    .map_err(Error::internal)
            })
        }
        Err(error) => Box::pin(std::future::ready(Err(error))),
    })
}

pub(super) fn content<I, F, R>(run: F) -> Handler
where
    I: DeserializeOwned + JsonSchema + Send + 'static,
    F: Fn(Context, I) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Content, Error>> + Send + 'static,
{
    Arc::new(move |context, input| match read(&input) {
        Ok(input) => {
            let running = run(context, input);
            Box::pin(async move { running.await.map(Reply::Content) })
        }
        Err(error) => Box::pin(std::future::ready(Err(error))),
    })
}

/// Reads validated input into the action's type; a type without fields reads from `{}`. What the schema accepts and the type does not is
/// told without serde's text, which would repeat the value.
fn read<I: DeserializeOwned>(input: &RawJson) -> Result<I, Error> {
    let nothing = || {
        input
            .as_str()
            .bytes()
            .all(|byte| b"{} \t\r\n".contains(&byte))
    };
    let read = input.read().or_else(|error| {
        let unit = nothing().then(|| serde_json::from_str("null").ok());
        unit.flatten().ok_or(error)
    });
    read.map_err(|source| {
        Error::invalid_at("", "a value the action's input type accepts").with_source(source)
    })
}
