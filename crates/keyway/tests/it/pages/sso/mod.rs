//! Signing in at an OpenID provider, from the browser's side.

mod attacks;
mod corp;
mod trip;
