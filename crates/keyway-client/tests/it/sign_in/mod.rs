mod browser;
mod callback;
mod pasted;
mod visitor;
