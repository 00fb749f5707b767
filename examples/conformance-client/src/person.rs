use keyway_client::{Decision, Filled, Form, Notice, Page, Person, Request};
use keyway_core::ports::BoxFuture;
use serde_json::{Map, Value};

/// A person who agrees to everything and leaves every form as it is shown.
pub(crate) struct Agreeable;

impl Person for Agreeable {
    fn decide<'a>(&'a self, _request: &'a Request) -> BoxFuture<'a, Decision> {
        Box::pin(std::future::ready(Decision::Once))
    }

    fn fill_in<'a>(&'a self, form: &'a Form) -> BoxFuture<'a, Filled> {
        Box::pin(std::future::ready(Filled::Accepted(as_shown(form))))
    }

    fn visit<'a>(&'a self, _page: &'a Page) -> BoxFuture<'a, Filled> {
        Box::pin(std::future::ready(Filled::Accepted(Value::Null)))
    }

    fn tell(&self, _notice: Notice) {}
}

/// The fields' defaults, and yes to what has none and can be said yes to.
fn as_shown(form: &Form) -> Value {
    let mut answers = Map::new();
    let fields = form.schema.get("properties").and_then(Value::as_object);
    for (name, field) in fields.into_iter().flatten() {
        if let Some(default) = field.get("default") {
            answers.insert(name.clone(), default.clone());
        } else if field.get("type").and_then(Value::as_str) == Some("boolean") {
            answers.insert(name.clone(), true.into());
        }
    }
    Value::Object(answers)
}
