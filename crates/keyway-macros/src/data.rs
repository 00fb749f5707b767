use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parser as _;
use syn::{Attribute, Item, LitStr, Path, parse_quote};

use crate::home::Home;
use crate::suggest;

/// Which way data goes.
#[derive(PartialEq, Eq)]
enum Way {
    Both,
    In,
    Out,
}

/// A struct or enum that can be read, written and described.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut home = Home::usual();
    let mut way = Way::Both;
    let parser = syn::meta::parser(|meta| {
        if home.read(&meta)? {
            return Ok(());
        }
        match meta.path.get_ident().map(ToString::to_string).as_deref() {
            Some("input") => way = Way::In,
            Some("output") => way = Way::Out,
            _ => return Err(suggest::unknown(&meta.path, &["input", "output", "crate"])),
        }
        Ok(())
    });
    parser.parse2(options)?;
    let item: Item = syn::parse2(item)?;
    if !matches!(item, Item::Struct(_) | Item::Enum(_)) {
        let message = "`#[data]` goes on a struct or an enum; on a function goes `#[action]`";
        return Err(syn::Error::new_spanned(item, message));
    }
    let attributes = attributes(&home, way != Way::Out, way != Way::In);
    Ok(quote!(#(#attributes)* #item))
}

/// The derives, and where they find their crates.
pub(crate) fn attributes(home: &Home, read: bool, written: bool) -> Vec<Attribute> {
    let private = home.private();
    let [serde, schemars] = ["serde", "schemars"].map(|part| {
        let text = home.private_text(part);
        LitStr::new(&text, proc_macro2::Span::call_site())
    });
    let mut derives: Vec<Path> = vec![parse_quote!(#private::schemars::JsonSchema)];
    if read {
        derives.push(parse_quote!(#private::serde::Deserialize));
    }
    if written {
        derives.push(parse_quote!(#private::serde::Serialize));
    }
    vec![
        parse_quote!(#[derive(#(#derives),*)]),
        parse_quote!(#[serde(crate = #serde)]),
        parse_quote!(#[schemars(crate = #schemars)]),
    ]
}
