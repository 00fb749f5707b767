use super::world::*;
#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, line, column, told) in [
        (
            "permit (principal, action, resource)",
            1,
            37,
            "unexpected end",
        ),
        ("\n  permit (principal, actoin, resource);", 2, 22, "actoin"),
        (
            "permit (principal, action, resource)\nwhen { resource.colour == \"red\" };",
            2,
            8,
            "colour",
        ),
        (
            "permit (principal == Person::\"x\", action, resource);",
            1,
            22,
            "Person",
        ),
        (
            "\n@approval(\"later\")\nforbid (principal, action, resource);",
            2,
            1,
            "@approval",
        ),
        (
            "@approval(\"required\")\npermit (principal, action, resource);",
            1,
            1,
            "@approval",
        ),
        (
            "permit (principal == ?principal, action, resource);",
            1,
            1,
            "slots",
        ),
        (
            "@id(\"keyway.mine\") permit (principal, action, resource);",
            1,
            1,
            "keyway.",
        ),
        (
            "@id(\"a\") permit (principal, action, resource);\n@id(\"a\") permit (principal, action, resource);",
            2,
            1,
            "another policy",
        ),
    ] {
        let faults = refused(text);
        let fault = &faults[0];
        assert!(fault.message.contains(told), "{text}: {fault}");
        assert_eq!(
            (fault.line, fault.column),
            (line, column),
            "{text}: {fault}"
        );
        assert!(!fault.message.contains("policy0"), "{fault}");
    }
}
