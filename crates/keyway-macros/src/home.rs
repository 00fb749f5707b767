use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;
use syn::meta::ParseNestedMeta;

/// The crate that what is written refers to: `::keyway`, unless its author has it under another
/// name.
pub(crate) struct Home(Option<Path>);

impl Home {
    pub(crate) const fn usual() -> Self {
        Self(None)
    }

    /// Reads `crate = path`, if that is what stands there.
    pub(crate) fn read(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<bool> {
        let named = meta.path.is_ident("crate");
        if named {
            self.0 = Some(meta.value()?.call(Path::parse_mod_style)?);
        }
        Ok(named)
    }

    /// Where what the macros use is.
    pub(crate) fn private(&self) -> TokenStream {
        let named = self.0.as_ref().map(|path| quote!(#path::__private));
        named.unwrap_or_else(|| quote!(::keyway::__private))
    }

    /// The same as the text of a path, as attributes of serde and schemars take it.
    pub(crate) fn private_text(&self, part: &str) -> String {
        let home = self.private().to_string().replace(' ', "");
        format!("{home}::{part}")
    }
}
