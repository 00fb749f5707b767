fn main() -> std::process::ExitCode {
    keyway_acme::gateway().main()
}
