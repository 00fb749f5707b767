mod fields;
mod folder;
mod pages;
