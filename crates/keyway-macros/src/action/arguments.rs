use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Attribute, FnArg, Pat, PatType, Signature, Type};

/// What an argument is to its action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Context,
    /// The whole input.
    Input,
    /// A credential, whatever its type: beside an input there is nothing else.
    Credential,
    /// A credential or a member of the input; its type decides.
    Either,
}

/// An argument as it is handed on.
pub(super) struct Passed {
    pub(super) name: Ident,
    /// Its type, without the reference.
    pub(super) ty: Type,
    /// What goes onto the member of the input.
    pub(super) attributes: Vec<Attribute>,
    reference: bool,
    role: Role,
}

/// The arguments of an action's function.
pub(super) struct Arguments(Vec<Passed>);

impl Arguments {
    /// Reads them, and takes away from them what only the input has: doc comments and attributes.
    pub(super) fn read(signature: &mut Signature) -> syn::Result<Self> {
        let mut all = Vec::new();
        for (place, argument) in signature.inputs.iter_mut().enumerate() {
            let argument = match argument {
                FnArg::Typed(argument) => argument,
                FnArg::Receiver(receiver) => {
                    let message = "an action is a function outside of any `impl`: what it needs \
                                   beyond its input comes as a credential or from the context";
                    return Err(syn::Error::new_spanned(receiver, message));
                }
            };
            all.push(passed(argument, place)?);
        }
        let mut inputs = all.iter().filter(|one| one.role == Role::Input);
        if let (Some(_), Some(second)) = (inputs.next(), inputs.next()) {
            let message = "an action has one input: put the two into one struct, or take their \
                           members as arguments";
            return Err(syn::Error::new_spanned(&second.ty, message));
        }
        if all.iter().any(|one| one.role == Role::Input) {
            for one in all.iter_mut().filter(|one| one.role == Role::Either) {
                one.role = Role::Credential;
            }
        }
        Ok(Self(all))
    }

    /// The type of the argument that is the whole input.
    pub(super) fn input(&self) -> Option<&Type> {
        let input = self.0.iter().find(|one| one.role == Role::Input);
        input.map(|input| &input.ty)
    }

    /// What an input may have to be made of.
    pub(super) fn members(&self) -> impl Iterator<Item = &Passed> {
        self.0.iter().filter(|one| one.role == Role::Either)
    }

    /// The statements that get each argument ready.
    pub(super) fn takes(&self, private: &TokenStream) -> Vec<TokenStream> {
        let of = |one: &Passed| {
            let (name, ty) = (&one.name, &one.ty);
            match one.role {
                Role::Context => None,
                Role::Input => Some(quote!(let #name = input;)),
                Role::Credential => Some(quote!(let #name = context.credential::<#ty>()?;)),
                Role::Either => Some(quote! {
                    let #name = <#private::Argument<#ty> as #private::Taken<{
                        #private::Argument::<#ty>::IS_CREDENTIAL
                    }>>::take(&context, input.#name)?;
                }),
            }
        };
        // The input is taken last: the others may still look into it.
        let mut takes: Vec<_> = self
            .0
            .iter()
            .filter(|one| one.role != Role::Input)
            .filter_map(of)
            .collect();
        takes.extend(
            self.0
                .iter()
                .filter(|one| one.role == Role::Input)
                .filter_map(of),
        );
        takes
    }

    /// What is handed to the function, in order.
    pub(super) fn passed(&self) -> impl Iterator<Item = TokenStream> {
        self.0.iter().map(|one| {
            let name = &one.name;
            match (one.role, one.reference) {
                (Role::Context, true) => quote!(&context),
                (Role::Context, false) => quote!(context.clone()),
                (_, true) => quote!(&#name),
                (_, false) => quote!(#name),
            }
        })
    }

    /// The statements that say what the action needs.
    pub(super) fn needs(&self, private: &TokenStream) -> Vec<TokenStream> {
        let of = |one: &Passed| {
            let ty = &one.ty;
            match one.role {
                Role::Context | Role::Input => None,
                Role::Credential => Some(quote! {
                    let action = action.needs(#private::CredentialNeed::new(
                        <#ty as #private::Credential>::definition(),
                    ));
                }),
                Role::Either => Some(quote! {
                    let action = match <#private::Argument<#ty> as #private::Taken<{
                        #private::Argument::<#ty>::IS_CREDENTIAL
                    }>>::need() {
                        ::core::option::Option::Some(need) => action.needs(need),
                        ::core::option::Option::None => action,
                    };
                }),
            }
        };
        self.0.iter().filter_map(of).collect()
    }
}

fn passed(argument: &mut PatType, place: usize) -> syn::Result<Passed> {
    let (ty, reference) = match &*argument.ty {
        Type::Reference(reference) => {
            if let Some(mutable) = reference.mutability {
                let message = "what an action takes is its own: leave `&mut` away";
                return Err(syn::Error::new_spanned(mutable, message));
            }
            ((*reference.elem).clone(), true)
        }
        ty => (ty.clone(), false),
    };
    let (name, named_input) = match &*argument.pat {
        Pat::Ident(pattern) => {
            let name = pattern.ident.unraw();
            (pattern.ident.clone(), name == "input" || name == "_input")
        }
        // Taken apart: only the whole input can be.
        Pat::Struct(_) | Pat::TupleStruct(_) => (quote::format_ident!("input"), true),
        Pat::Wild(_) => (quote::format_ident!("__ignored_{place}"), false),
        other => {
            let message = "an argument of an action has a name: it is what clients call it";
            return Err(syn::Error::new_spanned(other, message));
        }
    };
    let role = if is_context(&ty) {
        Role::Context
    } else if named_input {
        Role::Input
    } else if reference {
        Role::Credential
    } else {
        Role::Either
    };
    if reference {
        owned(&ty, role, &argument.ty)?;
    }
    let (own, rest): (Vec<_>, Vec<_>) =
        std::mem::take(&mut argument.attrs)
            .into_iter()
            .partition(|one| {
                let path = one.path();
                path.is_ident("doc") || path.is_ident("serde") || path.is_ident("schemars")
            });
    argument.attrs = rest;
    Ok(Passed {
        name,
        ty,
        attributes: own,
        reference,
        role,
    })
}

/// Refuses a reference to what a client sends: it is read from JSON, and belongs to nobody else.
fn owned(ty: &Type, role: Role, whole: &Type) -> syn::Result<()> {
    let instead = match ty {
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        Type::Slice(slice) => {
            let item = &slice.elem;
            format!("Vec<{}>", quote!(#item)).replace(' ', "")
        }
        ty if role == Role::Input => quote!(#ty).to_string().replace(' ', ""),
        _ => return Ok(()),
    };
    let message = format!("what a client sends comes by value: write `{instead}`");
    Err(syn::Error::new_spanned(whole, message))
}

fn is_context(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "Context"),
        _ => false,
    }
}
