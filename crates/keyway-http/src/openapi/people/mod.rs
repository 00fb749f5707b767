//! People and machines: organization, projects, members, invitations, service accounts, API keys.

mod schemas;

use serde_json::{Map, Value, json};

use self::schemas::{
    account, described, email, invitation, key, list, member, moment, object, organization, role,
    text,
};
use super::components::refusal;

/// An operation: method, path, id, summary, how it is asked and answered.
struct Operation {
    path: &'static str,
    method: &'static str,
    id: &'static str,
    summary: &'static str,
    input: Option<Value>,
    answer: Answer,
}

enum Answer {
    Shows(Value),
    Makes(Value),
    Nothing,
}

/// The paths, by path.
pub(super) fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    for operation in operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(operation.method.to_owned(), operation.describe());
        }
    }
    paths
}

fn operations() -> Vec<Operation> {
    use Answer::{Makes, Nothing, Shows};
    let of = |path, method, id, summary, input, answer| Operation {
        path,
        method,
        id,
        summary,
        input,
        answer,
    };
    let rename = || Some(object(&[("name", text())], &["name"]));
    let new_project = object(&[("slug", text()), ("name", text())], &["slug", "name"]);
    let new_member = object(
        &[
            ("email", email()),
            ("role", role(&["owner", "admin", "member"])),
        ],
        &["email", "role"],
    );
    let new_account = object(
        &[("name", text()), ("role", role(&["admin", "member"]))],
        &["name", "role"],
    );
    let new_key = object(
        &[
            ("name", text()),
            ("expiresAt", moment()),
            (
                "scopes",
                described("Scopes separated by spaces; all the asker's when absent."),
            ),
            (
                "serviceAccount",
                described("The service account it is for; the asker when absent."),
            ),
        ],
        &["name"],
    );
    let rotation = object(
        &[(
            "overlapSeconds",
            json!({ "type": "integer", "minimum": 0, "maximum": 7_776_000 }),
        )],
        &[],
    );
    let another_role = object(&[("role", role(&["owner", "admin", "member"]))], &["role"]);
    vec![
        of(
            "/v1/organization",
            "get",
            "show_organization",
            "Show the organization",
            None,
            Shows(organization()),
        ),
        of(
            "/v1/organization",
            "patch",
            "rename_organization",
            "Give the organization another name",
            rename(),
            Shows(organization()),
        ),
        of(
            "/v1/projects",
            "get",
            "list_projects",
            "List the projects",
            None,
            Shows(list("projects", &organization())),
        ),
        of(
            "/v1/projects",
            "post",
            "create_project",
            "Make a project",
            Some(new_project),
            Makes(organization()),
        ),
        of(
            "/v1/projects/{id}",
            "patch",
            "rename_project",
            "Give a project another name",
            rename(),
            Shows(organization()),
        ),
        of(
            "/v1/projects/{id}",
            "delete",
            "delete_project",
            "Delete a project",
            None,
            Nothing,
        ),
        of(
            "/v1/members",
            "get",
            "list_members",
            "List the members",
            None,
            Shows(list("members", &member())),
        ),
        of(
            "/v1/members/{id}",
            "patch",
            "change_member",
            "Give a member another role; owners are changed by owners",
            Some(another_role),
            Shows(member()),
        ),
        of(
            "/v1/members/{id}",
            "delete",
            "remove_member",
            "Remove a member, with everything they came in with",
            None,
            Nothing,
        ),
        of(
            "/v1/members/{id}/disable",
            "post",
            "disable_member",
            "Keep a person out: grants and web sessions end, API keys rest until they are let in again",
            None,
            Shows(member()),
        ),
        of(
            "/v1/members/{id}/enable",
            "post",
            "enable_member",
            "Let a disabled person in again",
            None,
            Shows(member()),
        ),
        of(
            "/v1/invitations",
            "get",
            "list_invitations",
            "List the invitations; never their links",
            None,
            Shows(list("invitations", &invitation(&[]))),
        ),
        of(
            "/v1/invitations",
            "post",
            "create_invitation",
            "Invite someone; the answer holds the path of the link, this once",
            Some(new_member),
            Makes(invitation(&["path"])),
        ),
        of(
            "/v1/invitations/{id}",
            "delete",
            "revoke_invitation",
            "Take an invitation back",
            None,
            Nothing,
        ),
        of(
            "/v1/service-accounts",
            "get",
            "list_service_accounts",
            "List the service accounts",
            None,
            Shows(list("serviceAccounts", &account())),
        ),
        of(
            "/v1/service-accounts",
            "post",
            "create_service_account",
            "Make a service account",
            Some(new_account),
            Makes(account()),
        ),
        of(
            "/v1/service-accounts/{id}",
            "get",
            "show_service_account",
            "Show a service account",
            None,
            Shows(account()),
        ),
        of(
            "/v1/service-accounts/{id}",
            "delete",
            "delete_service_account",
            "Delete a service account, with everything it could come in with",
            None,
            Nothing,
        ),
        of(
            "/v1/service-accounts/{id}/disable",
            "post",
            "disable_service_account",
            "Keep a service account out",
            None,
            Shows(account()),
        ),
        of(
            "/v1/service-accounts/{id}/enable",
            "post",
            "enable_service_account",
            "Let a disabled service account in again",
            None,
            Shows(account()),
        ),
        of(
            "/v1/api-keys",
            "get",
            "list_api_keys",
            "List the API keys: all for owners and admins, else one's own",
            None,
            Shows(list("apiKeys", &key(&[]))),
        ),
        of(
            "/v1/api-keys",
            "post",
            "create_api_key",
            "Make an API key; the answer holds it, this once",
            Some(new_key),
            Makes(key(&["key"])),
        ),
        of(
            "/v1/api-keys/{id}",
            "get",
            "show_api_key",
            "Show an API key; never its text",
            None,
            Shows(key(&[])),
        ),
        of(
            "/v1/api-keys/{id}",
            "delete",
            "revoke_api_key",
            "End an API key at once",
            None,
            Nothing,
        ),
        of(
            "/v1/api-keys/{id}/rotate",
            "post",
            "rotate_api_key",
            "Replace an API key; the old one stays valid for a while",
            Some(rotation),
            Makes(key(&["key"])),
        ),
    ]
}

impl Operation {
    fn describe(self) -> Value {
        let mut refusals = vec!["401", "403", "404", "405", "406", "409", "429"];
        let mut operation = Map::new();
        operation.insert("operationId".into(), self.id.into());
        operation.insert("summary".into(), self.summary.into());
        if self.path.contains("{id}") {
            let id = json!([{ "name": "id", "in": "path", "required": true, "schema": text() }]);
            operation.insert("parameters".into(), id);
        }
        if let Some(input) = self.input {
            refusals.extend(["400", "408", "413", "415", "422"]);
            let body =
                json!({ "required": true, "content": { "application/json": { "schema": input } } });
            operation.insert("requestBody".into(), body);
        }
        let with = |description: &str, schema: Value| {
            json!({
                "description": description,
                "content": { "application/json": { "schema": schema } }
            })
        };
        let (status, answer) = match self.answer {
            Answer::Shows(schema) => ("200", with("It is here.", schema)),
            Answer::Makes(schema) => ("201", with("It was made.", schema)),
            Answer::Nothing => ("204", json!({ "description": "It is done." })),
        };
        let refusals = refusals
            .into_iter()
            .map(|status| (status.to_owned(), refusal(status)));
        let all = std::iter::once((status.to_owned(), answer)).chain(refusals);
        operation.insert("responses".into(), Value::Object(all.collect()));
        Value::Object(operation)
    }
}
