use super::tests::errors;

#[test]
fn providers_that_make_no_sense_are_refused_without_their_secret() {
    let of = |fields: &str| {
        let base = "id: corp, issuer: 'https://id.example', client_id: k";
        errors(&format!("sign_in: {{oidc: [{{{base}, {fields}}}]}}\n"))
    };
    for (fields, told) in [
        ("client_secret: canary", "`@env:NAME` or `@file:PATH`"),
        ("client_secret: '@env:NOT_SET'", "NOT_SET"),
        ("roles: {a: admin}", "groups_claim"),
        ("groups_claim: g, roles: {a: owner}", "`admin` or `member`"),
        ("canary: 1", "expected only id"),
        ("scopes: canary", "list of texts"),
    ] {
        let found = of(fields);
        assert!(
            found.contains("sign_in.oidc") && found.contains(told),
            "{found}"
        );
        assert!(!found.contains("canary"), "{found}");
    }
    for (yaml, told) in [
        (
            "sign_in: {oidc: [{id: a, issuer: 'http://id.example', client_id: k}]}\n",
            "https",
        ),
        (
            "sign_in: {oidc: [{id: A!, issuer: 'https://id.example', client_id: k}]}\n",
            "`id`",
        ),
        ("sign_in: {oidc: [{id: a, client_id: k}]}\n", "`issuer`"),
        ("sign_in: {signup: sometimes}\n", "`invited`"),
        ("sign_in: {signup: 'domain:'}\n", "`invited`"),
        ("sign_in: {password_min_length: 7}\n", "8"),
    ] {
        let found = errors(yaml);
        assert!(found.contains(told), "{found}");
    }
}
