use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Token, parenthesized};

use crate::home::Home;
use crate::{credential, names, suggest};

const OPTIONS: &[&str] = &[
    "slug",
    "title",
    "description",
    "mcp_name",
    "read_only",
    "destructive",
    "idempotent",
    "admin_only",
    "expose",
    "route",
    "resource",
    "media_type",
    "prompt",
    "markdown",
    "timeout",
    "scope",
    "crate",
];

/// What `#[action(…)]` says.
pub(super) struct Options {
    pub(super) home: Home,
    pub(super) slug: Option<LitStr>,
    pub(super) description: Option<String>,
    /// Calls on the action, in the order they were said.
    pub(super) calls: Vec<TokenStream>,
    /// The call that pins its credentials: it comes last.
    pub(super) scope: Option<TokenStream>,
}

impl Options {
    pub(super) fn read(tokens: TokenStream) -> syn::Result<Self> {
        let mut options = Self {
            home: Home::usual(),
            slug: None,
            description: None,
            calls: Vec::new(),
            scope: None,
        };
        let (mut resource, mut media_type): (Option<LitStr>, Option<LitStr>) = (None, None);
        let parser = syn::meta::parser(|meta| {
            if options.home.read(&meta)? {
                return Ok(());
            }
            let text = || -> syn::Result<LitStr> { meta.value()?.parse() };
            let call = match meta.path.get_ident().map(ToString::to_string).as_deref() {
                Some("slug") => {
                    let slug = text()?;
                    names::check_slug(&slug)?;
                    options.slug = Some(slug);
                    return Ok(());
                }
                Some("description") => {
                    options.description = Some(text()?.value());
                    return Ok(());
                }
                Some("resource") => {
                    resource = Some(text()?);
                    return Ok(());
                }
                Some("media_type") => {
                    media_type = Some(text()?);
                    return Ok(());
                }
                Some("scope") => {
                    let scope = credential::scope(&options.home, &text()?)?;
                    options.scope = Some(quote!(.credential_scope(#scope)));
                    return Ok(());
                }
                Some("title") => {
                    let title = text()?;
                    quote!(.title(#title))
                }
                Some("mcp_name") => {
                    let name = text()?;
                    quote!(.mcp_name(#name))
                }
                Some("timeout") => {
                    let milliseconds = span(&text()?)?;
                    quote!(.timeout(::core::time::Duration::from_millis(#milliseconds)))
                }
                Some("prompt") => quote!(.prompt(::core::option::Option::None)),
                Some(
                    flag @ ("read_only" | "destructive" | "idempotent" | "admin_only" | "markdown"),
                ) => {
                    let flag = Ident::new(flag, proc_macro2::Span::call_site());
                    quote!(.#flag())
                }
                Some("expose") => {
                    let listed;
                    parenthesized!(listed in meta.input);
                    let transports = Punctuated::<Ident, Token![,]>::parse_terminated(&listed)?;
                    expose(&options.home, transports.iter())?
                }
                Some("route") => {
                    let said;
                    parenthesized!(said in meta.input);
                    route(&options.home, &said)?
                }
                _ => return Err(suggest::unknown(&meta.path, OPTIONS)),
            };
            options.calls.push(call);
            Ok(())
        });
        parser.parse2(tokens)?;
        options.serve(resource.as_ref(), media_type.as_ref())?;
        Ok(options)
    }

    fn serve(&mut self, resource: Option<&LitStr>, media_type: Option<&LitStr>) -> syn::Result<()> {
        let media = media_type.map(|text| quote!(::core::option::Option::Some(#text)));
        let media = media.unwrap_or_else(|| quote!(::core::option::Option::None));
        match (resource, media_type) {
            (Some(uri), _) if uri.value().contains('{') => {
                self.calls.push(quote!(.resource_template(#uri, #media)));
            }
            (Some(uri), _) => self.calls.push(quote!(.resource(#uri, #media))),
            (None, Some(media_type)) => {
                let message = "`media_type` is that of a `resource = \"…\"`, and there is none";
                return Err(syn::Error::new(media_type.span(), message));
            }
            (None, None) => {}
        }
        Ok(())
    }
}

fn expose<'a>(home: &Home, names: impl Iterator<Item = &'a Ident>) -> syn::Result<TokenStream> {
    const TRANSPORTS: &[&str] = &["mcp", "http", "ws", "cli", "task", "all", "none"];
    let private = home.private();
    let mut all = Vec::new();
    for name in names {
        let text = name.to_string();
        if !TRANSPORTS.contains(&text.as_str()) {
            let meant = suggest::nearest(&text, TRANSPORTS);
            let message = match meant {
                Some(meant) => format!("there is no transport `{text}`: did you mean `{meant}`?"),
                None => format!(
                    "there is no transport `{text}`; there are {}",
                    TRANSPORTS.join(", ")
                ),
            };
            return Err(syn::Error::new(name.span(), message));
        }
        let constant = Ident::new(&text.to_uppercase(), name.span());
        all.push(quote!(#private::Expose::#constant));
    }
    if all.is_empty() {
        all.push(quote!(#private::Expose::NONE));
    }
    Ok(quote!(.expose(#(#all)|*)))
}

/// `"POST", "/tickets/{id}"`
fn route(home: &Home, said: syn::parse::ParseStream<'_>) -> syn::Result<TokenStream> {
    const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];
    let method: LitStr = said.parse()?;
    said.parse::<Token![,]>()?;
    let path: LitStr = said.parse()?;
    let _ = said.parse::<Option<Token![,]>>()?;
    let text = method.value();
    if !METHODS.contains(&text.as_str()) {
        let known = METHODS.join(", ");
        let message = match suggest::nearest(&text.to_uppercase(), METHODS) {
            Some(meant) => format!("a route has no method `{text}`: did you mean `{meant}`?"),
            None => format!("a route has no method `{text}`; it has one of {known}"),
        };
        return Err(syn::Error::new(method.span(), message));
    }
    if !path.value().starts_with('/') {
        let message = "the path of a route begins with `/`, like \"/tickets/{id}\"";
        return Err(syn::Error::new(path.span(), message));
    }
    let private = home.private();
    let method = Ident::new(&text, method.span());
    Ok(quote!(.route(#private::Method::#method, #path)))
}

/// Milliseconds of a time span.
fn span(text: &LitStr) -> syn::Result<u64> {
    let value = text.value();
    let digits = value
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(value.len());
    let (number, unit) = value.split_at(digits);
    let factor = match unit {
        "ms" => Some(1),
        "s" => Some(1000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let number: Option<u64> = number.parse().ok();
    number
        .zip(factor)
        .and_then(|(number, factor)| number.checked_mul(factor))
        .ok_or_else(|| {
            syn::Error::new(
                text.span(),
                "expected a time span like \"500ms\", \"30s\", \"2m\" or \"1h\"",
            )
        })
}
