use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Data, DeriveInput, Field, Fields, GenericArgument, LitStr, PathArguments, Token,
    Type, parenthesized, parse_quote,
};

use crate::home::Home;
use crate::{data, docs, names, oauth2, suggest};

const OPTIONS: &[&str] = &["key", "title", "hosts", "scope", "check", "oauth2", "crate"];

/// What `#[credential(…)]` on the struct says.
struct Options {
    home: Home,
    key: Option<LitStr>,
    calls: Vec<TokenStream>,
}

pub(crate) fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let mut item: DeriveInput = syn::parse2(item)?;
    let options = Options::read(&item.attrs)?;
    let fields = named(&item)?;
    if let Some(parameter) = item.generics.params.first() {
        let message = "a credential has no type parameters: what is stored has one shape";
        return Err(syn::Error::new_spanned(parameter, message));
    }
    let mut members = Vec::new();
    for field in fields {
        members.push(member(field.clone())?);
    }
    let (private, name) = (options.home.private(), &item.ident);
    let key = options.key.as_ref();
    let key = key.map_or_else(|| names::kebab(name), LitStr::value);
    let description = docs::text(&item.attrs);
    let described = (!description.is_empty()).then(|| quote!(.description(#description)));
    let calls = &options.calls;
    let idents: Vec<_> = members
        .iter()
        .filter_map(|member| member.ident.as_ref())
        .collect();
    let shape = format_ident!("__{}Fields", name);
    let attributes = data::attributes(&options.home, true, false);
    // What serde and schemars are told about the struct holds for its shape.
    item.attrs.retain(|attribute| {
        attribute.path().is_ident("serde") || attribute.path().is_ident("schemars")
    });
    let told = &item.attrs;
    Ok(quote! {
        const _: () = {
            #(#attributes)*
            #[serde(rename_all = "camelCase")]
            #(#told)*
            struct #shape { #(#members),* }

            impl<'de> #private::serde::Deserialize<'de> for #name {
                fn deserialize<D: #private::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    let read = <#shape as #private::serde::Deserialize>::deserialize(deserializer)?;
                    ::core::result::Result::Ok(Self { #(#idents: read.#idents),* })
                }
            }

            impl #private::schemars::JsonSchema for #name {
                fn schema_name() -> ::std::borrow::Cow<'static, str> {
                    ::std::borrow::Cow::Borrowed(::core::stringify!(#name))
                }

                fn schema_id() -> ::std::borrow::Cow<'static, str> {
                    ::std::borrow::Cow::Borrowed(::core::concat!(
                        ::core::module_path!(), "::", ::core::stringify!(#name)
                    ))
                }

                fn json_schema(
                    generator: &mut #private::schemars::SchemaGenerator,
                ) -> #private::schemars::Schema {
                    <#shape as #private::schemars::JsonSchema>::json_schema(generator)
                }
            }

            impl #private::Credential for #name {
                const KEY: &'static str = #key;

                fn definition() -> #private::CredentialDefinition {
                    #private::CredentialDefinition::of::<Self>() #described #(#calls)*
                }
            }
        };
    })
}

impl Options {
    fn read(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut options = Self {
            home: Home::usual(),
            key: None,
            calls: Vec::new(),
        };
        for attribute in attributes {
            if !attribute.path().is_ident("credential") {
                continue;
            }
            attribute.parse_nested_meta(|meta| {
                if options.home.read(&meta)? {
                    return Ok(());
                }
                let call = match meta.path.get_ident().map(ToString::to_string).as_deref() {
                    Some("key") => {
                        let key: LitStr = meta.value()?.parse()?;
                        names::check_key(&key)?;
                        options.key = Some(key);
                        return Ok(());
                    }
                    Some("title") => {
                        let title: LitStr = meta.value()?.parse()?;
                        quote!(.title(#title))
                    }
                    Some("check") => {
                        let slug: LitStr = meta.value()?.parse()?;
                        names::check_slug(&slug)?;
                        quote!(.check(#slug))
                    }
                    Some("scope") => {
                        let scope = scope(&options.home, &meta.value()?.parse()?)?;
                        quote!(.scope(#scope))
                    }
                    Some("hosts") => {
                        let listed;
                        parenthesized!(listed in meta.input);
                        let hosts = Punctuated::<LitStr, Token![,]>::parse_terminated(&listed)?;
                        for host in &hosts {
                            check_host(host)?;
                        }
                        let hosts = hosts.iter();
                        quote!(.hosts([#(#hosts),*]))
                    }
                    Some("oauth2") => {
                        let server = oauth2::read(&options.home, &meta)?;
                        quote!(.connected_at(#server))
                    }
                    Some("public") => {
                        let message = "`public` goes on the field that is no secret";
                        return Err(syn::Error::new_spanned(&meta.path, message));
                    }
                    _ => return Err(suggest::unknown(&meta.path, OPTIONS)),
                };
                options.calls.push(call);
                Ok(())
            })?;
        }
        Ok(options)
    }
}

/// The scope a text names, as a path.
pub(crate) fn scope(home: &Home, text: &LitStr) -> syn::Result<TokenStream> {
    let scopes = quote_scope(home);
    match text.value().as_str() {
        "org" | "organization" => Ok(quote!(#scopes::Organization)),
        "project" => Ok(quote!(#scopes::Project)),
        "user" => Ok(quote!(#scopes::User)),
        _ => Err(syn::Error::new(
            text.span(),
            "a scope is \"org\", \"project\" or \"user\"",
        )),
    }
}

fn quote_scope(home: &Home) -> TokenStream {
    let private = home.private();
    quote!(#private::CredentialScope)
}

/// Refuses what is no host, soon enough to tell it here.
fn check_host(host: &LitStr) -> syn::Result<()> {
    let text = host.value();
    let after_scheme = text
        .split_once("://")
        .map_or(text.as_str(), |(_, rest)| rest);
    let end = after_scheme
        .find(['/', '?', '#'])
        .unwrap_or(after_scheme.len());
    let bare = after_scheme.get(..end).unwrap_or_default();
    if bare == text && !text.is_empty() {
        return Ok(());
    }
    let message = match bare {
        "" => "a host is a name like \"api.acme.example\"".to_owned(),
        bare => format!("a host is no URL: write \"{bare}\""),
    };
    Err(syn::Error::new(host.span(), message))
}

fn named(item: &DeriveInput) -> syn::Result<&Punctuated<Field, Token![,]>> {
    const SHAPE: &str = "a credential is a struct with named fields, like \
                         `struct Acme { api_key: Secret<String> }`";
    let wrong = |tokens: &dyn quote::ToTokens| syn::Error::new_spanned(tokens, SHAPE);
    match &item.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => Ok(&fields.named),
            _ => Err(wrong(&item.ident)),
        },
        Data::Enum(_) | Data::Union(_) => Err(wrong(&item.ident)),
    }
}

/// A field as the shape has it. A field that is no secret has to say so.
fn member(mut field: Field) -> syn::Result<Field> {
    let mut public = false;
    for attribute in &field.attrs {
        if attribute.path().is_ident("credential") {
            attribute.parse_nested_meta(|meta| {
                if !meta.path.is_ident("public") {
                    return Err(suggest::unknown(&meta.path, &["public"]));
                }
                public = true;
                Ok(())
            })?;
        }
    }
    if public == is_secret(&field.ty) {
        let message = if public {
            "a `Secret` is not public: leave `#[credential(public)]` away".to_owned()
        } else {
            let ty = &field.ty;
            let ty = quote!(#ty).to_string().replace(' ', "");
            format!(
                "this could be printed: write `{}`, or `#[credential(public)]` on a field that is \
                 no secret",
                secret_of(&ty)
            )
        };
        return Err(syn::Error::new_spanned(&field.ty, message));
    }
    field
        .attrs
        .retain(|attribute| !attribute.path().is_ident("credential"));
    field.vis = syn::Visibility::Inherited;
    if public {
        field
            .attrs
            .push(parse_quote!(#[schemars(extend("writeOnly" = false))]));
    }
    Ok(field)
}

fn secret_of(ty: &str) -> String {
    let inner = ty
        .strip_prefix("Option<")
        .and_then(|rest| rest.strip_suffix('>'));
    match inner {
        Some(inner) => format!("Option<Secret<{inner}>>"),
        None => format!("Secret<{ty}>"),
    }
}

/// `Secret<…>` or `Option<Secret<…>>`, by whatever path.
fn is_secret(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last() else {
        return false;
    };
    if last.ident == "Secret" {
        return true;
    }
    match &last.arguments {
        PathArguments::AngleBracketed(inner) if last.ident == "Option" => {
            let mut inner = inner.args.iter();
            inner.any(|inner| matches!(inner, GenericArgument::Type(ty) if is_secret(ty)))
        }
        _ => false,
    }
}
