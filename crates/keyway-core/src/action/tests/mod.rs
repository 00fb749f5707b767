mod markdown;
mod registry;
mod render;
mod template;
mod validation;
