//! Tools that ask over several rounds (SEP-2322). They just ask and wait: whether that is a
//! request on the call's stream or an `input_required` result is the endpoint's business.

use keyway_core::action::{Action, Content};
use keyway_core::ports::InputRequest;
use keyway_core::{Context, Error, Kind};
use serde_json::{Value, json};

use super::asking::{ask, ask_all, elicited, filled, form, sampled};
use super::tool;

pub(super) fn actions() -> Vec<Action> {
    let named = |name: &str| format!("test_input_required_result_{name}");
    vec![
        tool(
            &named("elicitation"),
            "Asks for a name",
            |context, (): ()| async move {
                let answer = ask(&context, "user_name", name_form("What is your name?")).await?;
                Ok(Content::text(format!(
                    "Hello, {}!",
                    filled(&answer, "name")
                )))
            },
        ),
        tool(
            &named("sampling"),
            "Asks the client's model",
            |context, (): ()| async move {
                let request = InputRequest::sample("What is the capital of France?", 100);
                let answer = ask(&context, "capital_question", request).await?;
                Ok(Content::text(sampled(&answer)))
            },
        ),
        tool(
            &named("list_roots"),
            "Asks for the client's roots",
            |context, (): ()| async move {
                let answer = ask(&context, "client_roots", InputRequest::roots()).await?;
                Ok(Content::text(roots(&answer)))
            },
        ),
        tool(
            &named("request_state"),
            "Goes on where it stopped",
            |context, (): ()| async move {
                confirm(&context).await?;
                Ok(Content::text("state-ok: the call went on where it stopped"))
            },
        ),
        tool(
            &named("tampered_state"),
            "Refuses a changed state",
            |context, (): ()| async move {
                confirm(&context).await?;
                Ok(Content::text("integrity-ok: the state came back unchanged"))
            },
        ),
        tool(
            &named("multiple_inputs"),
            "Asks three things at once",
            |context, (): ()| async move {
                let requests = vec![
                    ("user_name".to_owned(), name_form("What is your name?")),
                    (
                        "greeting".to_owned(),
                        InputRequest::sample("Generate a greeting", 50),
                    ),
                    ("client_roots".to_owned(), InputRequest::roots()),
                ];
                let answers = ask_all(&context, requests).await?;
                let [name, greeting, folders] = answers.as_slice() else {
                    return Ok(Content::text("an answer is missing").as_error());
                };
                let (name, greeting) = (filled(name, "name"), sampled(greeting));
                Ok(Content::text(format!(
                    "{name}; {greeting}; {}",
                    roots(folders)
                )))
            },
        ),
        tool(
            &named("multi_round"),
            "Asks twice",
            |context, (): ()| async move {
                let first = ask(&context, "step1", name_form("Step 1: What is your name?")).await?;
                let properties = json!({ "color": { "type": "string" } });
                let request = form(
                    "Step 2: What is your favorite color?",
                    &properties,
                    &["color"],
                );
                let second = ask(&context, "step2", request).await?;
                let (name, color) = (filled(&first, "name"), filled(&second, "color"));
                Ok(Content::text(format!("{name} likes {color}")))
            },
        ),
        tool(
            &named("capabilities"),
            "Asks only what the client declared",
            |context, (): ()| async move { ask_what_is_declared(&context).await },
        ),
    ]
}

async fn ask_what_is_declared(context: &Context) -> Result<Content, Error> {
    let able = context.client_capabilities();
    let mut requests = Vec::new();
    if able.elicitation_form {
        requests.push(("user_name".to_owned(), name_form("What is your name?")));
    }
    if able.sampling {
        requests.push((
            "greeting".to_owned(),
            InputRequest::sample("Generate a greeting", 50),
        ));
    }
    if able.roots {
        requests.push(("client_roots".to_owned(), InputRequest::roots()));
    }
    if requests.is_empty() {
        return Ok(Content::text("the client can be asked nothing"));
    }
    // One after the other: a gateway in between may have declared for its client what the client
    // itself cannot be asked, and one refusal must not cost the other answers.
    let mut answered = 0;
    for request in requests {
        match ask_all(context, vec![request]).await {
            Ok(answers) => answered += answers.len(),
            Err(error) if error.kind() == Kind::Conflict => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Content::text(format!("{answered} answers")))
}

async fn confirm(context: &Context) -> Result<String, Error> {
    let request = form(
        "Please confirm",
        &json!({ "ok": { "type": "boolean" } }),
        &["ok"],
    );
    Ok(elicited(&ask(context, "confirm", request).await?))
}

fn name_form(message: &str) -> InputRequest {
    form(message, &json!({ "name": { "type": "string" } }), &["name"])
}

fn roots(answer: &Value) -> String {
    let all = answer.get("roots").and_then(Value::as_array);
    let uris = all
        .into_iter()
        .flatten()
        .filter_map(|root| root.get("uri")?.as_str());
    format!("roots: {}", uris.collect::<Vec<_>>().join(", "))
}
