//! Derives and attributes for whoever writes actions and credentials in Rust.
//!
//! Everything here is part of the `keyway` crate, which is all that an author depends on: what the
//! macros write names nothing but `::keyway`. Who has it under another name says so with
//! `crate = other_name` in the macro's own attribute.

mod action;
mod credential;
mod data;
mod docs;
mod home;
mod names;
mod oauth2;
mod suggest;

use proc_macro::TokenStream;

/// Makes a struct a credential: the secret of an external service, as it is stored and as an action
/// gets it.
///
/// Each field is a `Secret`, or says `#[credential(public)]`; its name in
/// commands and pages is its own in camel case (`api_key` is `apiKey`). `Option` fields may be left
/// out. The struct is readable and has a JSON Schema by this alone: nothing else has to be derived.
///
/// `#[credential(…)]` on the struct takes
///
/// | | |
/// |---|---|
/// | `key = "acme"` | what commands call it; unless said, the struct's name in kebab case |
/// | `title = "Acme"` | a name for people |
/// | `hosts("api.acme.example")` | the only hosts it may be sent to |
/// | `scope = "user"` | the only scope it is looked for at: `org`, `project` or `user` |
/// | `check = "acme:whoami"` | the action that succeeds with a good one |
/// | `oauth2(issuer = "https://as.acme.example", scopes("read"))` | the authorization server it is connected at; the one field is `access_token` then |
///
/// The doc comment says where people get one.
///
/// ```
/// # extern crate keyway_core as keyway;
/// # use keyway_macros as macros;
/// use keyway::{Credential as _, Secret};
/// use macros::Credential;
///
/// /// Made at Settings → API.
/// #[derive(Credential)]
/// #[credential(title = "Acme", hosts("api.acme.example"))]
/// struct Acme {
///     api_key: Secret<String>,
///     #[credential(public)]
///     region: Option<String>,
/// }
///
/// let acme = Acme::definition();
/// assert_eq!((acme.key(), acme.get_description()), ("acme", "Made at Settings → API."));
/// assert_eq!(acme.fields()[0].name, "apiKey");
/// assert!(acme.fields()[0].secret && !acme.fields()[1].secret);
/// ```
#[proc_macro_derive(Credential, attributes(credential, serde, schemars))]
pub fn credential(item: TokenStream) -> TokenStream {
    written(credential::expand(item.into()))
}

/// Makes an action of an `async fn`: a function of the same name and without arguments that answers
/// the `Action`.
///
/// The doc comment is the description that models read, the name in kebab case is the slug. Of the
/// arguments
///
/// * `Context`, by value or by reference, is the call's context,
/// * one named `input` is the whole input: a type that is [`macro@data`],
/// * what is a credential is leased for the call and needed by the action,
/// * where there is no `input`, all others are the members of one.
///
/// `#[action(…)]` takes
///
/// | | |
/// |---|---|
/// | `slug = "ticket:create"` | its slug |
/// | `title = "Create a ticket"` | a name for people |
/// | `description = "…"` | what it does, instead of the doc comment |
/// | `mcp_name = "create_ticket"` | its name towards MCP clients |
/// | `read_only`, `destructive`, `idempotent` | hints of what it does |
/// | `admin_only` | members may not use it |
/// | `expose(mcp, http, cli)` | where it is reachable; also `all` and `none` |
/// | `resource = "acme://tickets/{id}"` | serve it as a resource, or a template of some; `media_type = "text/plain"` |
/// | `prompt` | serve it as a prompt |
/// | `markdown` | its data is rendered as markdown |
/// | `timeout = "2m"` | how long it may run; `ms`, `s`, `m`, `h` |
/// | `scope = "user"` | the only scope its credentials are looked for at |
///
/// ```
/// # extern crate keyway_core as keyway;
/// # use keyway_macros as macros;
/// use keyway::{Context, Error, Secret};
/// use macros::{Credential, action};
///
/// #[derive(Credential)]
/// #[credential(hosts("api.acme.example"))]
/// struct Acme {
///     api_key: Secret<String>,
/// }
///
/// /// Opens a ticket.
/// #[action(expose(mcp, http))]
/// async fn create_ticket(
///     context: &Context,
///     /// What it is about, in a few words.
///     title: String,
///     acme: Acme,
/// ) -> Result<String, Error> {
///     let request = context.http().post("https://api.acme.example/tickets").json(&title);
///     request.bearer(&acme.api_key).send().await?.json().await
/// }
///
/// let action = create_ticket();
/// assert_eq!((action.slug(), action.get_description()), ("create-ticket", "Opens a ticket."));
/// assert_eq!(action.get_credentials()[0].definition().key(), "acme");
/// let input = &action.input_schema()["properties"];
/// assert_eq!(input["title"]["description"], "What it is about, in a few words.");
/// assert!(input.get("acme").is_none());
/// ```
#[proc_macro_attribute]
pub fn action(options: TokenStream, item: TokenStream) -> TokenStream {
    action::expand(options.into(), item.into()).into()
}

/// Makes a struct or an enum data that actions take and answer: it can be read and written as JSON
/// (serde) and has a JSON Schema (schemars), whose attributes it takes. `#[data(input)]` is only
/// read, as it has to be where there is a `Secret` in it; `#[data(output)]` is only written.
///
/// ```
/// # extern crate keyway_core as keyway;
/// # use keyway_macros as macros;
/// use keyway::{Context, Error};
/// use macros::{action, data};
///
/// #[data]
/// #[serde(rename_all = "camelCase")]
/// struct Ticket {
///     /// In a few words.
///     title: String,
///     due_on: Option<String>,
/// }
///
/// /// Says it back.
/// #[action]
/// async fn echo(input: Ticket) -> Result<Ticket, Error> {
///     Ok(input)
/// }
///
/// assert_eq!(echo().input_schema()["required"][0], "title");
/// assert_eq!(echo().output_schema().unwrap()["properties"]["dueOn"]["type"][0], "string");
/// ```
#[proc_macro_attribute]
pub fn data(options: TokenStream, item: TokenStream) -> TokenStream {
    written(data::expand(options.into(), item.into()))
}

fn written(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result.unwrap_or_else(syn::Error::into_compile_error).into()
}
