use super::*;

/// Where settings, triggers and secret are refused.
fn wrong(set: &Set, granularity: Granularity) -> Vec<String> {
    match GitHub.check(&set.context(), granularity) {
        Ok(()) => Vec::new(),
        Err(error) => error
            .problems()
            .iter()
            .map(|one| one.pointer.clone())
            .collect(),
    }
}

#[test]
fn a_publication_that_cannot_work_is_refused_at_each_place() {
    let mut set = Set::new(json!({}));
    for granularity in GitHub.publication().granularities {
        assert!(wrong(&set, *granularity).is_empty(), "{granularity}");
    }
    set.settings["appId"] = "Iv1.s3cret".into();
    set.triggers = json!({ "repositories": ["s3cret"] });
    set.secret = Secret::new("short".to_owned());
    assert_eq!(
        wrong(&set, Granularity::PerThread),
        [
            "/settings/appId",
            "/triggers/repositories/0",
            "/granularity",
            "/secret"
        ]
    );
    let error = GitHub
        .check(&set.context(), Granularity::PerIssue)
        .unwrap_err();
    assert!(!format!("{error:?}").contains("s3cret"));
    // Before there is an app.
    let mut new = Set::new(json!({}));
    (new.settings, new.workspace) = (json!({}), None);
    assert!(wrong(&new, Granularity::PerIssue).is_empty());
    new.settings = json!({ "s3cret": true });
    assert_eq!(wrong(&new, Granularity::PerIssue), ["/settings"]);
    assert_eq!(
        new.rule("issue_comment", &comment("@keyway")),
        "settings_unreadable"
    );
}

#[test]
fn a_secret_that_is_made_here_can_be_used_and_is_another_each_time() {
    struct Counting(std::sync::atomic::AtomicU8);
    impl keyway_core::ports::Random for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }
    let random = Counting(0.into());
    let mut set = Set::new(json!({}));
    set.secret = GitHub.new_secret(&json!({}), &random);
    assert!(wrong(&set, Granularity::PerIssue).is_empty());
    let other = GitHub.new_secret(&json!({}), &random);
    assert_ne!(set.secret.expose(), other.expose());
}
