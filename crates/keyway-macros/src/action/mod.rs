//! `#[action]`.

mod arguments;
mod options;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{ItemFn, ReturnType, Type};

use self::arguments::{Arguments, Passed};
use self::options::Options;
use crate::home::Home;
use crate::{data, docs, names};

pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let name =
        syn::parse2::<ItemFn>(item.clone()).map(|function| (function.vis, function.sig.ident));
    write(options, item).unwrap_or_else(|error| {
        let error = error.into_compile_error();
        let Ok((visibility, name)) = name else {
            return error;
        };
        // So that whoever uses it gets no further errors.
        let action = Home::usual().private();
        quote! {
            #error
            #visibility fn #name() -> #action::Action { ::core::unreachable!() }
        }
    })
}

fn write(options: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let options = Options::read(options)?;
    let mut function = function(item)?;
    let kind = answer(&function)?;
    let arguments = Arguments::read(&mut function.sig)?;

    let private = options.home.private();
    let name = function.sig.ident.clone();
    let (visibility, kept) = (function.vis.clone(), outer(&function));
    let slug = options.slug.as_ref();
    let slug = slug.map_or_else(|| names::kebab(&name), syn::LitStr::value);
    let description = options
        .description
        .clone()
        .unwrap_or_else(|| docs::text(&function.attrs));
    let described = (!description.is_empty()).then(|| quote!(.description(#description)));
    let calls = &options.calls;
    function
        .attrs
        .retain(|attribute| !attribute.path().is_ident("doc"));
    function.vis = syn::Visibility::Inherited;

    let (input, declared, without) = input(&arguments, &options, &private);
    let takes = arguments.takes(&private);
    let passed = arguments.passed();
    let needs = arguments.needs(&private);
    let scoped = &options.scope;
    let failed = quote_spanned!(function.sig.output.span()=> #private::Failure::into_error);
    let constructor = match kind {
        Answer::Data => quote!(new),
        Answer::Content => quote!(content),
    };
    Ok(quote! {
        #(#kept)*
        #[must_use]
        #visibility fn #name() -> #private::Action {
            #declared
            #[allow(clippy::unused_async, clippy::too_many_arguments)]
            #function
            let action = #private::Action::#constructor(
                #slug,
                |context: #private::Context, input: #input| async move {
                    let _ = (&context, &input);
                    #(#takes)*
                    #name(#(#passed),*).await.map_err(#failed)
                },
            ) #described #(#calls)*;
            #without
            #(#needs)*
            action #scoped
        }
    })
}

/// What the function answers.
enum Answer {
    Data,
    Content,
}

fn function(item: TokenStream) -> syn::Result<ItemFn> {
    let function: ItemFn = syn::parse2(item).map_err(|error| {
        let message = "an action is an `async fn`, outside of any `impl`";
        syn::Error::new(error.span(), message)
    })?;
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        let message = format!("an action may wait: write `async fn {}`", signature.ident);
        return Err(syn::Error::new_spanned(signature.fn_token, message));
    }
    if !signature.generics.params.is_empty() {
        let message = "an action has no type parameters: clients see one input and one answer";
        return Err(syn::Error::new_spanned(&signature.generics, message));
    }
    Ok(function)
}

/// Refuses what answers no `Result`.
fn answer(function: &ItemFn) -> syn::Result<Answer> {
    let missing = "an action can fail: write `-> Result<(), Error>`";
    let ReturnType::Type(_, ty) = &function.sig.output else {
        return Err(syn::Error::new_spanned(&function.sig, missing));
    };
    let Type::Path(path) = &**ty else {
        return Err(not_result(ty));
    };
    let last = path.path.segments.last();
    let Some(last) = last.filter(|last| last.ident.to_string().ends_with("Result")) else {
        return Err(not_result(ty));
    };
    let syn::PathArguments::AngleBracketed(inner) = &last.arguments else {
        return Ok(Answer::Data);
    };
    let content = match inner.args.first() {
        Some(syn::GenericArgument::Type(Type::Path(path))) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "Content"),
        _ => false,
    };
    Ok(if content {
        Answer::Content
    } else {
        Answer::Data
    })
}

fn not_result(ty: &Type) -> syn::Error {
    let text = quote!(#ty).to_string().replace(' ', "");
    let message = format!("an action can fail: write `Result<{text}, Error>`");
    syn::Error::new_spanned(ty, message)
}

/// What stays on the function that answers the action: its documentation, and under what conditions
/// it is there.
fn outer(function: &ItemFn) -> Vec<syn::Attribute> {
    let stays = |attribute: &&syn::Attribute| {
        let path = attribute.path();
        path.is_ident("doc") || path.is_ident("cfg") || path.is_ident("deprecated")
    };
    function.attrs.iter().filter(stays).cloned().collect()
}

/// The type of the input, its declaration where it has to be made, and what takes credentials out
/// of its schema.
fn input(
    arguments: &Arguments,
    options: &Options,
    private: &TokenStream,
) -> (TokenStream, Option<TokenStream>, Option<TokenStream>) {
    if let Some(ty) = arguments.input() {
        return (quote!(#ty), None, None);
    }
    let members: Vec<_> = arguments.members().collect();
    if members.is_empty() {
        return (quote!(()), None, None);
    }
    let attributes = data::attributes(&options.home, true, false);
    let (fields, (names, types)): (Vec<_>, (Vec<_>, Vec<_>)) = members
        .iter()
        .map(
            |Passed {
                 name,
                 ty,
                 attributes,
                 ..
             }| {
                let asked = quote!(#private::Argument::<#ty>::IS_CREDENTIAL);
                let member =
                    quote!(<#private::Argument<#ty> as #private::Taken<{ #asked }>>::Member);
                let text = syn::ext::IdentExt::unraw(name).to_string();
                (quote!(#(#attributes)* #name: #member), (text, asked))
            },
        )
        .unzip();
    let declared = quote! {
        #[allow(unused_imports)]
        use #private::NoCredential as _;
        #(#attributes)*
        #[serde(deny_unknown_fields)]
        struct __Input { #(#fields),* }
    };
    let without = quote! {
        let action = #private::without(action, &[#((#names, #types)),*]);
    };
    (quote!(__Input), Some(declared), Some(without))
}
