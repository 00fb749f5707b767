//! What a provider says of itself.

use std::collections::BTreeSet;

use keyway_core::action::Schema;
use keyway_core::provider::{IntegrationProvider, McpToolDescriptor, ProviderContext};
use keyway_core::{names, provider::InstallKind};
use serde_json::Value;

use super::ProviderKit;
use super::kit::Bytes;

pub(super) fn findings(kit: &ProviderKit<'_>) -> Vec<String> {
    let provider = kit.provider;
    let mut findings = Vec::new();
    let mut expect = |good: bool, wrong: String| {
        if !good {
            findings.push(wrong);
        }
    };
    expect(
        names::PROVIDER_ID.allows(provider.id()),
        format!("`{}` is no id of a provider", provider.id()),
    );
    expect(
        !provider.display_name().trim().is_empty(),
        "it has no name for people".to_owned(),
    );
    let offer = provider.publication();
    expect(
        offer.granularities.contains(&offer.usual),
        "its usual granularity is none of those it supports".to_owned(),
    );
    expect(
        offer.granularities.contains(&kit.granularity),
        "the granularity of the kit is none of those it supports".to_owned(),
    );
    let mut scopes = BTreeSet::new();
    for scope in offer.scopes {
        let told = !scope.description.trim().is_empty();
        expect(told, format!("the scope `{}` has no words", scope.name));
        let new = scopes.insert(scope.name);
        expect(new, format!("the scope `{}` is there twice", scope.name));
    }
    if let Some(scope) = provider.reply_scope() {
        let offered = scopes.contains(scope);
        expect(
            offered,
            format!("it offers no scope `{scope}`, and replies want it"),
        );
    }
    let mut tools = BTreeSet::new();
    for tool in provider.tools() {
        let new = tools.insert(tool.name);
        expect(new, format!("the tool `{}` is there twice", tool.name));
        for wrong in of_tool(provider, tool, &scopes) {
            expect(false, wrong);
        }
    }
    let fields = provider.install_fields();
    let signing = provider.signing_field();
    let known = signing.is_none_or(|name| {
        let mut secret = fields.iter().filter(|field| field.secret);
        secret.any(|field| field.name == name)
    });
    expect(
        known,
        "its signing field is no secret that is asked for".to_owned(),
    );
    let asked = provider.install() == InstallKind::Credentials || !fields.is_empty();
    expect(
        asked,
        "it is installed in a browser, and asks for nothing to do it with".to_owned(),
    );
    let secrets = [2, 3].map(|seed| provider.new_secret(&kit.settings, &Bytes(seed)));
    let [one, other] = secrets.map(|secret| secret.expose().clone());
    expect(
        one != other && one.len() >= 16,
        "secrets that it makes are short, or the same".to_owned(),
    );
    findings.extend(examples(kit));
    findings
}

fn of_tool(
    provider: &dyn IntegrationProvider,
    tool: &McpToolDescriptor,
    scopes: &BTreeSet<&str>,
) -> Vec<String> {
    let mut findings = Vec::new();
    let name = tool.full_name(provider.id());
    let mut expect = |good: bool, wrong: String| {
        if !good {
            findings.push(format!("the tool `{name}` {wrong}"));
        }
    };
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let named = name == format!("mcp_{}_{}", provider.id(), tool.name);
    expect(
        named && name.len() <= 64 && !tool.name.is_empty() && tool.name.bytes().all(plain),
        "has no name in lower case with `_` between words, of at most 64".to_owned(),
    );
    let told = !tool.title.trim().is_empty() && !tool.description.trim().is_empty();
    expect(told, "has no title or no words for a model".to_owned());
    expect(
        scopes.contains(tool.scope),
        format!("wants the scope `{}`, which is not offered", tool.scope),
    );
    let schema = (tool.input_schema)();
    expect(
        schema.get("type").and_then(Value::as_str) == Some("object"),
        "takes no object".to_owned(),
    );
    if let Err(wrong) = Schema::compile(&schema) {
        expect(false, format!("has a schema that cannot be used: {wrong}"));
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        let described = properties.is_some_and(|all| all.contains_key(name));
        expect(
            described,
            format!("requires `{name}`, which it does not describe"),
        );
    }
    findings
}

/// Its examples, and what the kit is set to, can be said to it.
fn examples(kit: &ProviderKit<'_>) -> Vec<String> {
    let provider = kit.provider;
    let mut findings = Vec::new();
    let examples = provider.examples();
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    let Some((settings, triggers)) = read(examples.settings).zip(read(examples.triggers)) else {
        return vec!["its examples are no JSON".to_owned()];
    };
    let secret = provider.new_secret(&settings, &Bytes(1));
    let example = ProviderContext {
        settings: &settings,
        triggers: &triggers,
        secret: &secret,
        workspace: None,
        now: kit.now,
    };
    let usual = provider.publication().usual;
    let own = kit.context();
    let all = [
        ("its examples cannot be said to it", &example, usual),
        (
            "the settings of the kit cannot be said to it",
            &own,
            kit.granularity,
        ),
    ];
    for (wrong, context, granularity) in all {
        if let Err(error) = provider.check(context, granularity) {
            findings.push(format!("{wrong}: {error}"));
        }
    }
    findings
}
