use std::fs;

use keyway_agent::model::{Message, ModelRequest, complete};
use keyway_testkit::models::{ModelServer, Script, Turn};

use super::Models;
use crate::cli::Failure;
use crate::config::Environment;
use crate::local::Home;

/// A person's folder with a `models.json`.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(models: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if let Some(text) = models {
            fs::write(folder.path().join("models.json"), text).unwrap();
        }
        Self(folder)
    }

    fn read(&self, variables: &[(&str, &str)]) -> Result<Models, Failure> {
        let own = self.0.path().to_string_lossy().into_owned();
        let environment: Environment = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .chain([("KEYWAY_HOME".to_owned(), own)])
            .collect();
        let home = Home::of(&environment, self.0.path())?;
        Models::read(&home, &environment)
    }
}

fn refused(text: &str, variables: &[(&str, &str)]) -> String {
    match Folder::new(Some(text)).read(variables) {
        Ok(_) => panic!("it was taken"),
        Err(failure) => failure.to_text(),
    }
}

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

#[test]
fn keys_come_from_the_variables_people_have_already() {
    let models = Folder::new(None).read(&[("OPENAI_API_KEY", "k")]).unwrap();
    assert!(models.check(&"openai/gpt".parse().unwrap()).is_ok());
    assert!(models.check(&"ollama/llama".parse().unwrap()).is_ok());
    let missing = models
        .check(&"anthropic/claude".parse().unwrap())
        .unwrap_err();
    let told = missing.to_json().to_string();
    assert!(
        told.contains("model_key_missing") && told.contains("ANTHROPIC_API_KEY"),
        "{told}"
    );
    assert!(models.default.is_none());
}

#[tokio::test]
async fn a_vendor_of_ones_own_is_reached_with_its_key() {
    let script = Script {
        key: "lab-key".to_owned(),
        turns: vec![Turn::text(["ok"]), Turn::text(["ok"])],
        ..Script::default()
    };
    let server = ModelServer::start(script).await;
    let url = server.base_url();
    let text = format!(
        r#"{{
            // Two ways to speak to one machine.
            "default": "lab/llama",
            "vendors": {{
                "lab": {{ "base_url": "{url}", "key": "${{env:LAB_KEY}}" }},
                "anthropic": {{ "base_url": "{url}", "key": "@env:LAB_KEY" }}
            }},
            "prices": {{ "lab/llama": {{ "input": 0.5, "output": 2 }} }}
        }}"#
    );
    let models = Folder::new(Some(&text))
        .read(&[("LAB_KEY", "lab-key")])
        .unwrap();
    assert_eq!(models.default.as_ref().unwrap().as_str(), "lab/llama");
    assert_eq!(models.prices["lab/llama"].input_micros, 500_000);
    for name in ["lab/llama", "anthropic/claude"] {
        let (text, ..) = complete(&*models.model(), request(name)).await.unwrap();
        assert_eq!(text, "ok");
    }
}

#[test]
fn a_key_that_is_not_there_stops_nobody_else() {
    let text = r#"{ "vendors": { "lab": { "base_url": "http://localhost:1/v1/", "key": "${env:LAB_KEY}" } } }"#;
    let models = Folder::new(Some(text)).read(&[]).unwrap();
    let missing = models.check(&"lab/m".parse().unwrap()).unwrap_err();
    assert!(
        missing.to_text().contains("set LAB_KEY"),
        "{}",
        missing.to_text()
    );
    assert!(models.check(&"ollama/m".parse().unwrap()).is_ok());
}

#[test]
fn children_inherit_no_key_of_a_model() {
    let text = r#"{ "vendors": {
        "lab": { "base_url": "http://localhost:1/v1/", "key": "@env:LAB_KEY" },
        "openai": { "base_url": "http://localhost:1/v1/", "key": "@env:OTHER_KEY" }
    } }"#;
    let folder = Folder::new(Some(text));
    let own = folder.0.path().to_string_lossy().into_owned();
    let names = [
        "LAB_KEY",
        "OTHER_KEY",
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "EDITOR",
    ];
    let variables = names.map(|name| (name.to_owned(), "value".to_owned()));
    let environment: Environment = variables
        .into_iter()
        .chain([("KEYWAY_HOME".to_owned(), own)])
        .collect();
    let home = Home::of(&environment, folder.0.path()).unwrap();
    let inherited = |home: &Home| {
        let (secret, _) = super::key_variables(home, &environment);
        let children = environment.for_children(&secret);
        children
            .into_keys()
            .map(|name| name.into_string().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(inherited(&home), ["EDITOR"]);
    // Those of the known vendors are withheld even when the file cannot be read.
    fs::write(home.models_file(), "{").unwrap();
    assert_eq!(inherited(&home), ["EDITOR", "LAB_KEY", "OTHER_KEY"]);
}

#[test]
fn what_is_wrong_with_the_file_is_told_with_its_place_and_without_its_values() {
    let cases = [
        ("{", "models.json:1:1"),
        (
            r#"{ "vendor": {} }"#,
            "the keys here are default, vendors, prices",
        ),
        (r#"{ "default": "canary" }"#, "named `vendor/model`"),
        (r#"{ "vendors": { "my lab": {} } }"#, "letters, digits"),
        (r#"{ "vendors": { "lab": {} } }"#, "expected a `base_url`"),
        (
            r#"{ "vendors": { "lab": { "base_url": "x", "kind": "canary" } } }"#,
            "expected `anthropic`",
        ),
        (
            r#"{ "vendors": { "lab": { "base_url": "x", "key": 7 } } }"#,
            "expected a text",
        ),
        (
            r#"{ "vendors": { "lab": { "base_url": "x", "key": "@file:nowhere" } } }"#,
            "the file",
        ),
        (
            r#"{ "prices": { "canary": {} } }"#,
            "that of a `vendor/model`",
        ),
        (
            r#"{ "prices": { "a/b": { "input": "canary" } } }"#,
            "US dollars",
        ),
    ];
    for (text, expected) in cases {
        let told = refused(text, &[]);
        assert!(told.contains(expected), "{text}: {told}");
        assert!(!told.contains("canary"), "{told}");
    }
}

#[test]
fn the_guide_is_true() {
    let guide = include_str!("../../../../docs/how-to/write-an-agent-file.md");
    let (_, after) = guide.split_once("```json\n").unwrap();
    let example = after.split_once("```").unwrap().0;
    let models = Folder::new(Some(example)).read(&[]).unwrap();
    assert_eq!(models.default.unwrap().as_str(), "lab/llama-4");
    assert_eq!(models.prices.len(), 1);
    for vendor in keyway_agent::model::Vendor::known() {
        let key = vendor
            .key_variable
            .map_or("none".to_owned(), |name| format!("`{name}`"));
        assert!(
            guide.contains(&format!("| `{}` | {key} |", vendor.name)),
            "{}",
            vendor.name
        );
    }
}

#[test]
fn a_key_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let warned = |key: &str, mode: u32| {
        let vendor = format!(r#"{{ "base_url": "http://127.0.0.1:1/", "key": "{key}" }}"#);
        let folder = Folder::new(Some(&format!(r#"{{ "vendors": {{ "a": {vendor} }} }}"#)));
        let file = folder.0.path().join("models.json");
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let models = folder.read(&[("KEY", "k")]).unwrap();
        models.shown.map(|finding| finding.to_string())
    };
    let told = warned("canary", 0o640).unwrap();
    assert!(
        told.contains("chmod 600") && !told.contains("canary"),
        "{told}"
    );
    assert!(warned("canary", 0o604).is_some());
    assert_eq!(warned("canary", 0o600), None);
    assert_eq!(warned("@env:KEY", 0o644), None);
    assert_eq!(warned("${env:KEY}", 0o644), None);
}
