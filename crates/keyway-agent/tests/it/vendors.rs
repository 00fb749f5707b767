use keyway_agent::Model as _;
use keyway_agent::model::{
    GenaiModel, Message, ModelErrorKind, ModelRequest, Patience, Vendor, complete,
};
use keyway_testkit::models::{ModelServer, Script, Trouble, Turn, Wire};

use crate::world::{ALL, BOTH, clients, vendor};

fn request(model: &str) -> ModelRequest {
    ModelRequest {
        model: model.parse().unwrap(),
        system: String::new(),
        messages: vec![Message::User {
            text: "hi".to_owned(),
        }],
        tools: Vec::new(),
        max_output_tokens: None,
    }
}

fn model(vendors: Vec<Vendor>) -> GenaiModel {
    GenaiModel::new(vendors, clients(), Patience::default())
}

#[tokio::test]
async fn a_missing_key_names_the_variable_to_set() {
    let model = model(Vendor::known());
    for (vendor, variable) in [
        ("anthropic", "ANTHROPIC_API_KEY"),
        ("openai", "OPENAI_API_KEY"),
        ("gemini", "GEMINI_API_KEY"),
        ("openrouter", "OPENROUTER_API_KEY"),
    ] {
        let error = complete(&model, request(&format!("{vendor}/m")))
            .await
            .unwrap_err();
        assert_eq!(error.code(), "model_key_missing");
        assert!(error.message.contains(variable), "{}", error.message);
        assert_eq!(model.check(vendor).unwrap_err(), error);
    }
    assert_eq!(model.check("ollama"), Ok(()));
}

#[tokio::test]
async fn a_key_in_the_environment_of_the_process_is_not_looked_for() {
    // The test runner's own environment has whatever it has; PATH is there for sure.
    let server = ModelServer::start(Script::default()).await;
    let mut named = vendor(Wire::OpenAi, &server);
    named.key = None;
    named.key_variable = Some("PATH".to_owned());
    let error = complete(&model(vec![named]), request("openai/m"))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::KeyMissing);
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn an_unknown_vendor_is_answered_with_the_known_ones() {
    let error = complete(&model(Vendor::known()), request("openia/m"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "model_vendor_unknown");
    assert!(
        error
            .message
            .contains("anthropic, gemini, ollama, openai, openrouter")
    );
    assert!(!error.message.contains("openia,"));
}

#[tokio::test]
async fn a_refused_key_is_not_shown_even_if_the_vendor_shows_it() {
    for wire in ALL {
        let server = ModelServer::start(Script::default()).await;
        let mut wrong = vendor(wire, &server);
        wrong.key = Some("canary-in-a-key".to_owned().into());
        let name = format!("{}/m", wrong.name);
        let model = model(vec![wrong]);
        let error = complete(&model, request(&name)).await.unwrap_err();
        assert_eq!(error.code(), "model_key_refused");
        assert!(
            !format!("{error:?} {error} {model:?}").contains("canary"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_key_in_a_vendors_words_is_taken_out() {
    for wire in BOTH {
        let turn = Turn::trouble(Trouble::Status {
            status: 400,
            retry_after: None,
            message: "bad\u{1b}[31m request with model-key-of-the-tests".to_owned(),
        });
        let server = ModelServer::start(vec![turn]).await;
        let vendor = vendor(wire, &server);
        let name = format!("{}/m", vendor.name);
        let error = complete(&model(vec![vendor]), request(&name))
            .await
            .unwrap_err();
        assert!(
            error.message.contains("request with [key]"),
            "{}",
            error.message
        );
        assert!(!error.message.contains('\u{1b}'));
    }
}

#[tokio::test]
async fn a_vendor_without_a_key_is_sent_none() {
    for wire in ALL {
        let script = Script {
            key: String::new(),
            turns: vec![Turn::text(["ok"])],
            ..Script::default()
        };
        let server = ModelServer::start(script).await;
        let vendor = vendor(wire, &server);
        assert!(vendor.key.is_none());
        let name = format!("{}/m", vendor.name);
        let (text, ..) = complete(&model(vec![vendor]), request(&name))
            .await
            .unwrap();
        assert_eq!(text, "ok");
        assert_eq!(server.problems(), Vec::<String>::new());
        assert!(!server.asked()[0].headers.contains_key("authorization"));
    }
}

#[tokio::test]
async fn a_base_url_needs_no_slash_at_its_end() {
    for wire in ALL {
        let server = ModelServer::start(vec![Turn::text(["ok"])]).await;
        let mut vendor = vendor(wire, &server);
        vendor.base_url = vendor.base_url.trim_end_matches('/').to_owned();
        let name = format!("{}/m", vendor.name);
        complete(&model(vec![vendor]), request(&name))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_base_url_that_may_not_be_reached_is_refused() {
    for url in [
        "http://169.254.169.254/v1/",
        "ftp://localhost/v1/",
        "unix:/run/model.sock:/v1/",
        "nonsense",
    ] {
        let server = ModelServer::start(Script::default()).await;
        let mut vendor = vendor(Wire::OpenAi, &server);
        vendor.base_url = url.to_owned();
        let error = complete(&model(vec![vendor]), request("openai/m"))
            .await
            .unwrap_err();
        assert_eq!(error.code(), "model_address_refused", "{url}");
    }
}

#[tokio::test]
async fn nothing_is_sent_before_the_stream_is_read() {
    let server = ModelServer::start(vec![Turn::text(["ok"])]).await;
    let model = model(vec![vendor(Wire::OpenAi, &server)]);
    drop(model.stream(request("openai/m")));
    tokio::task::yield_now().await;
    assert!(server.asked().is_empty());
}

/// Everything that is logged, at every level.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<parking_lot::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// At every level, whatever happens: no word of the conversation, of a vendor's error, or a key.
#[tokio::test]
async fn nothing_of_a_conversation_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    tracing::info!("listening");
    for wire in ALL {
        let canary = || Turn::text(["canary ", "canary"]);
        let turns = vec![
            canary(),
            canary().with(Trouble::CutAfter(1)),
            canary().with(Trouble::GarbageAfter(1)),
            canary().with(Trouble::OverloadedAfter(1)),
            Turn::trouble(Trouble::Status {
                status: 400,
                retry_after: None,
                message: "canary model-key-of-the-tests".to_owned(),
            }),
        ];
        let server = ModelServer::start(turns).await;
        let vendor = vendor(wire, &server);
        let name = format!("{}/m", vendor.name);
        let model = model(vec![vendor]);
        for _ in 0..5 {
            let mut asked = request(&name);
            asked.system = "canary".to_owned();
            let _ = complete(&model, asked).await;
        }
        assert_eq!(server.asked().len(), 5);
    }
    let logged = String::from_utf8(log.0.lock().clone()).unwrap();
    assert!(logged.contains("listening"));
    assert!(
        !logged.contains("canary") && !logged.contains("model-key"),
        "{logged}"
    );
}

#[tokio::test]
async fn a_key_that_cannot_be_sent_is_refused_before_anything_is_sent() {
    let server = ModelServer::start(Script::default()).await;
    for key in ["canary key", "canary\nkey", "canär"] {
        let mut bad = vendor(Wire::OpenAi, &server);
        bad.key = Some(key.to_owned().into());
        let error = complete(&model(vec![bad]), request("openai/m"))
            .await
            .unwrap_err();
        assert_eq!(error.code(), "model_key_refused");
        assert!(!error.message.contains("can"), "{}", error.message);
    }
    assert!(server.asked().is_empty());
}

/// What else may hold: the server's other way to answer, which other programs use.
#[tokio::test]
async fn the_test_server_answers_without_a_stream_as_well() {
    use genai::adapter::AdapterKind;
    use genai::chat::{ChatMessage, ChatRequest};
    use genai::resolver::{AuthData, Endpoint};
    for (wire, kind) in [
        (Wire::Anthropic, AdapterKind::Anthropic),
        (Wire::OpenAi, AdapterKind::OpenAI),
        (Wire::Gemini, AdapterKind::Gemini),
    ] {
        let call = keyway_testkit::models::Call::new("add", serde_json::json!({ "n": 1 }));
        let mut turn = Turn::calls([call]);
        turn.text = vec!["so ".to_owned(), "be it".to_owned()];
        let server = ModelServer::start(vec![turn]).await;
        let vendor = vendor(wire, &server);
        let client = (clients())(&vendor.base_url).unwrap().build().unwrap();
        let target = genai::ServiceTarget {
            endpoint: Endpoint::from_owned(vendor.base_url),
            auth: AuthData::from_single(server.key()),
            model: genai::ModelIden::new(kind, "m"),
        };
        let request = ChatRequest::from(vec![ChatMessage::user("hi")]);
        let answer = client.exec_chat(target, request, None).await.unwrap();
        assert_eq!(answer.first_text(), Some("so be it"));
        assert_eq!(
            answer.tool_calls()[0].fn_arguments,
            serde_json::json!({ "n": 1 })
        );
        assert_eq!(answer.usage.prompt_tokens, Some(11));
    }
}
