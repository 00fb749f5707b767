use crate::support::wait::until;
use crate::support::{Served, World};

const CONFIG: &str = r#"
mcp_servers:
  child:
    command: sh
    args: ["-c", "env > seen.tmp; mv seen.tmp seen; cat > /dev/null"]
    env:
      OWN: "${env:TOKEN_OF_CHILD}"
      PLAIN: overridden
"#;

#[tokio::test]
async fn a_child_sees_the_environment_without_our_secrets() {
    let world = World::of(CONFIG)
        .with("TOKEN_OF_CHILD", "tok-123")
        .with("PLAIN", "inherited")
        .with("KEPT", "kept")
        .with(
            "KEYWAY_MASTER_KEY",
            &"00112233445566778899aabbccddeeff".repeat(2),
        );
    let served = Served::start(&world, &[]);
    until("the child to start", || async {
        world.path("seen").exists()
    })
    .await;
    let seen = world.read("seen");
    for line in ["KEPT=kept", "PLAIN=overridden", "OWN=tok-123"] {
        assert!(seen.lines().any(|seen| seen == line), "{line}\n{seen}");
    }
    for name in ["KEYWAY_", "TOKEN_OF_CHILD=", "00112233"] {
        assert!(!seen.contains(name), "{name}\n{seen}");
    }
    assert!(served.stop().await.0.success());
}
