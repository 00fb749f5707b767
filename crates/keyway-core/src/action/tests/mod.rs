mod markdown;
mod registry;
mod render;
mod seed;
mod support;
mod template;
mod types;
mod validation;
