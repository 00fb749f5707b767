fn main() -> std::process::ExitCode {
    keyway_jira::gateway().main()
}
