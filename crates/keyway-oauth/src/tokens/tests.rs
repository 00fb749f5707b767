use super::*;

fn read(status: u16, body: &str) -> Result<Tokens, OAuthError> {
    let endpoint = Url::parse("https://as.example/token").unwrap();
    let answer = Answer {
        status: http::StatusCode::from_u16(status).unwrap(),
        body: body.to_owned().into(),
    };
    Tokens::read(&endpoint, &answer, &["c0de"], &Quirks::default())
}

fn code(status: u16, body: &str) -> &'static str {
    read(status, body).unwrap_err().code()
}

#[test]
fn reads_an_answer_in_full() {
    let tokens = read(
        200,
        r#"{"access_token":"a","token_type":"bearer","refresh_token":"r","expires_in":"60","scope":"x y"}"#,
    )
    .unwrap();
    assert_eq!(tokens.access.expose(), "a");
    assert_eq!(tokens.refresh.unwrap().expose(), "r");
    assert_eq!(tokens.expires_in, Some(Duration::from_mins(1)));
    assert_eq!(tokens.scopes.unwrap(), ["x", "y"]);
}

#[test]
fn what_makes_no_sense_is_taken_for_missing() {
    for expires_in in ["0", "-5", "null", "\"soon\"", "[]"] {
        let body =
            format!(r#"{{"access_token":"a","refresh_token":"","expires_in":{expires_in}}}"#);
        let tokens = read(200, &body).unwrap();
        assert_eq!(tokens.expires_in, None, "{expires_in}");
        assert!(tokens.refresh.is_none());
    }
}

#[test]
fn errors_are_told_apart() {
    assert_eq!(code(400, r#"{"error":"invalid_grant"}"#), "token_refused");
    assert_eq!(
        code(200, r#"{"error":"bad_verification_code"}"#),
        "token_refused"
    );
    assert_eq!(code(401, r#"{"error":"invalid_client"}"#), "client_refused");
    assert_eq!(
        code(400, r#"{"error":"temporarily_unavailable"}"#),
        "authorization_server_unreachable"
    );
    assert_eq!(code(403, "<html>"), "bad_answer");
    assert_eq!(code(200, "<html>"), "bad_answer");
    assert_eq!(code(200, r#"{"access_token":""}"#), "bad_answer");
    assert_eq!(code(200, r#"{"access_token":"a\nb"}"#), "bad_answer");
    assert_eq!(
        code(200, r#"{"access_token":"a","token_type":"mac"}"#),
        "bad_answer"
    );
}

#[test]
fn an_echoed_code_is_not_shown() {
    let body = r#"{"error":"invalid_grant","error_description":"code c0de was used"}"#;
    let error = read(400, body).unwrap_err().to_string();
    assert!(
        error.contains("invalid_grant (code [masked] was used)"),
        "{error}"
    );
}

#[test]
fn a_lifetime_is_read_from_a_jwt() {
    let now = Timestamp::from_second(1_000).unwrap();
    let jwt = |claims: &str| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
    let lifetime = |token: String| {
        let body = serde_json::json!({ "access_token": token }).to_string();
        read(200, &body).unwrap().lifetime_inside(now)
    };
    assert_eq!(
        lifetime(jwt(r#"{"exp":1060}"#)),
        Some(Duration::from_mins(1))
    );
    assert_eq!(lifetime(jwt(r#"{"exp":900}"#)), None);
    assert_eq!(lifetime(jwt("{}")), None);
    assert_eq!(lifetime(String::from("opaque")), None);
    assert_eq!(lifetime(String::from("a.b.c.d")), None);
}
