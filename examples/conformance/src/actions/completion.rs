/// Those of `values` that begin with what was typed.
pub(super) fn starting_with(values: &[&str], typed: &str) -> Vec<String> {
    let fitting = values.iter().filter(|value| value.starts_with(typed));
    fitting.map(|value| (*value).to_owned()).collect()
}
