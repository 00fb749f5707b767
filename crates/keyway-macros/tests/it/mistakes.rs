/// Each file under `tests/mistakes` is a mistake, and beside it stands what the compiler says to it:
/// what is wrong, where, and what to write instead.
#[test]
fn mistakes_are_told_with_what_to_write_instead() {
    trybuild::TestCases::new().compile_fail("tests/mistakes/*.rs");
}
