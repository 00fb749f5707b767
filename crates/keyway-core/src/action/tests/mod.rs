mod registry;
mod render;
mod validation;
