use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{LitBool, LitChar, LitStr, Token, parenthesized};

use crate::home::Home;
use crate::suggest;

const OPTIONS: &[&str] = &[
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "revocation_endpoint",
    "resource",
    "scopes",
    "parameters",
    "client_auth",
    "scope_separator",
    "pkce",
    "token_at",
    "token_types",
];

/// What `#[credential(oauth2(…))]` says, as the expression that makes the server.
pub(crate) fn read(home: &Home, meta: &ParseNestedMeta<'_>) -> syn::Result<TokenStream> {
    let private = home.private();
    let mut said = TokenStream::new();
    let mut quirks = TokenStream::new();
    meta.parse_nested_meta(|meta| {
        let name = meta.path.get_ident().cloned();
        let known = name.as_ref().map(ToString::to_string);
        match known.as_deref() {
            Some(
                "issuer"
                | "authorization_endpoint"
                | "token_endpoint"
                | "revocation_endpoint"
                | "resource",
            ) => {
                let value: LitStr = meta.value()?.parse()?;
                said.extend(quote!(server.#name = ::core::option::Option::Some(#value.into());));
            }
            Some("scopes") => {
                let scopes = texts(&meta)?;
                said.extend(quote!(server.scopes = ::std::vec![#(#scopes.into()),*];));
            }
            Some("parameters") => {
                for (name, value) in pairs(&meta)? {
                    said.extend(quote!(server.parameters.push((#name.into(), #value.into()));));
                }
            }
            Some("client_auth") => {
                let value: LitStr = meta.value()?.parse()?;
                let auth = match value.value().as_str() {
                    "basic" => quote!(Basic),
                    "post" => quote!(Post),
                    _ => {
                        let message = "how a client proves itself is \"basic\" or \"post\"";
                        return Err(syn::Error::new(value.span(), message));
                    }
                };
                said.extend(quote! {
                    server.client_auth = ::core::option::Option::Some(#private::ClientAuth::#auth);
                });
            }
            Some("scope_separator") => {
                let value: LitChar = meta.value()?.parse()?;
                quirks.extend(quote!(server.quirks.scope_separator = #value;));
            }
            Some("pkce") => {
                let value: LitBool = meta.value()?.parse()?;
                quirks.extend(quote!(server.quirks.pkce = #value;));
            }
            Some("token_at") => {
                let value: LitStr = meta.value()?.parse()?;
                quirks.extend(quote! {
                    server.quirks.token_at = ::core::option::Option::Some(#value.into());
                });
            }
            Some("token_types") => {
                let types = texts(&meta)?;
                quirks.extend(quote! {
                    server.quirks.token_types = ::std::vec![#(#types.into()),*];
                });
            }
            _ => return Err(suggest::unknown(&meta.path, OPTIONS)),
        }
        Ok(())
    })?;
    Ok(quote! {{
        let mut server = #private::OAuth2::default();
        #said
        #quirks
        server
    }})
}

/// `("a", "b")`
fn texts(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<LitStr>> {
    let listed;
    parenthesized!(listed in meta.input);
    let all = Punctuated::<LitStr, Token![,]>::parse_terminated(&listed)?;
    Ok(all.into_iter().collect())
}

/// `("name" = "value", …)`
fn pairs(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<(LitStr, LitStr)>> {
    let listed;
    parenthesized!(listed in meta.input);
    let mut all = Vec::new();
    while !listed.is_empty() {
        let name = listed.parse()?;
        listed.parse::<Token![=]>()?;
        all.push((name, listed.parse()?));
        if !listed.is_empty() {
            listed.parse::<Token![,]>()?;
        }
    }
    Ok(all)
}
