use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of a doc comment, without the space that begins each of its lines.
pub(crate) fn text(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(line);
    let lines: Vec<String> = lines
        .flat_map(|text| {
            let stripped = text
                .lines()
                .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned());
            let lines: Vec<String> = stripped.collect();
            if lines.is_empty() {
                vec![String::new()]
            } else {
                lines
            }
        })
        .collect();
    lines.join("\n").trim().to_owned()
}

fn line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else {
        return None;
    };
    if !pair.path.is_ident("doc") {
        return None;
    }
    match &pair.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use syn::{ItemStruct, parse_quote};

    #[test]
    fn lines_lose_the_space_that_begins_them() {
        let item: ItemStruct = parse_quote! {
            /// One.
            ///
            ///   - two
            #[other]
            struct Any;
        };
        assert_eq!(super::text(&item.attrs), "One.\n\n  - two");
    }
}
