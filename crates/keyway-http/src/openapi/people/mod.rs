//! People and machines: organization, projects, members, invitations, service accounts, API keys.

mod schemas;

use serde_json::{Map, Value, json};

use self::schemas::{
    account, described, email, invitation, key, member, moment, object, organization, revision,
    role, text,
};
use super::operation::{Answer, Operation, paths_of};

/// The paths, by path.
pub(super) fn paths() -> Map<String, Value> {
    paths_of(operations())
}

fn operations() -> Vec<Operation> {
    use Answer::{Lists, Makes, Nothing, Shows};
    let of = |path, method, id, summary, input, answer| Operation {
        path,
        method,
        id,
        summary,
        input,
        answer,
    };
    let rename = || {
        Some(object(
            &[("name", text()), ("revision", revision())],
            &["name"],
        ))
    };
    let account_change = object(
        &[
            ("name", text()),
            ("role", role(&["admin", "member"])),
            ("revision", revision()),
        ],
        &[],
    );
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
    let another_role = object(
        &[
            ("role", role(&["owner", "admin", "member"])),
            ("revision", revision()),
        ],
        &["role"],
    );
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
            Lists("projects", organization()),
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
            "get",
            "show_project",
            "Show a project",
            None,
            Shows(organization()),
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
            Lists("members", member()),
        ),
        of(
            "/v1/members/{id}",
            "get",
            "show_member",
            "Show a member",
            None,
            Shows(member()),
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
            Lists("invitations", invitation(&[])),
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
            Lists("serviceAccounts", account()),
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
            "patch",
            "change_service_account",
            "Give a service account another name or role",
            Some(account_change),
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
            Lists("apiKeys", key(&[])),
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
            "patch",
            "rename_api_key",
            "Give an API key another name",
            rename(),
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
