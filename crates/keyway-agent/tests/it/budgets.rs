use std::time::Duration;

use keyway_agent::transcript::StopReason;
use keyway_agent::{Price, ToolStatus};
use keyway_testkit::models::{Call, Trouble, Turn, Wire};
use serde_json::json;

use crate::world::{BOTH, World};

fn adds() -> Vec<Turn> {
    let mut turns: Vec<Turn> = (0..5)
        .map(|n| Turn::calls([Call::new("add", json!({ "n": n }))]).costing(1000, 100))
        .collect();
    turns.push(Turn::text(["ok"]));
    turns
}

fn budget(which: &str) -> StopReason {
    StopReason::Budget {
        which: which.to_owned(),
    }
}

#[tokio::test]
async fn rounds_are_bounded_and_what_was_wanted_last_is_not_run() {
    for wire in BOTH {
        let mut world = World::new(wire, adds()).await;
        world.settings.budget.rounds = 2;
        assert_eq!(world.say("count").await.reason, budget("rounds"));
        assert_eq!(world.server.asked().len(), 2);
        let last = world.outcomes().pop().unwrap();
        assert_eq!(last.status, ToolStatus::Interrupted);
        assert!(
            last.text.contains("budget of rounds is used up"),
            "{}",
            last.text
        );
        assert_eq!(world.tools.begun.lock().len(), 1);
        // The next turn has a budget of its own, and the vendor takes the conversation.
        assert_eq!(world.say("go on").await.reason, budget("rounds"));
    }
}

#[tokio::test]
async fn tokens_are_bounded() {
    for wire in BOTH {
        let mut world = World::new(wire, adds()).await;
        world.settings.budget.tokens = Some(3000);
        let end = world.say("count").await;
        assert_eq!(end.reason, budget("tokens"));
        assert_eq!(end.usage.tokens(), 3300);
    }
}

#[tokio::test]
async fn cost_is_bounded_where_the_price_is_known() {
    let mut world = World::new(Wire::Anthropic, adds()).await;
    let price = Price {
        input_micros: 3_000_000,
        output_micros: 15_000_000,
    };
    world
        .settings
        .prices
        .insert("anthropic/claude-test".to_owned(), price);
    world.settings.budget.cost_micros = Some(9000);
    let end = world.say("count").await;
    assert_eq!(end.reason, budget("cost"));
    // Two rounds of 1000 × 3 and 100 × 15 dollars a million.
    assert_eq!(end.usage.cost_micros, Some(9000));
}

#[tokio::test]
async fn a_budget_in_money_needs_a_price() {
    let mut world = World::new(Wire::OpenAi, adds()).await;
    world.settings.budget.cost_micros = Some(9000);
    let (code, message) = world.fails("count").await;
    assert_eq!(code, "model_price_unknown");
    assert!(message.contains("set `price`"), "{message}");
    assert!(world.server.asked().is_empty());
}

#[tokio::test]
async fn time_is_bounded_while_the_model_writes_and_while_tools_run() {
    for wire in BOTH {
        let half = Turn::text(["half ", "an answer"]).with(Trouble::HangAfter(1));
        let mut world = World::new(wire, vec![half]).await;
        world.settings.budget.time = Some(Duration::from_millis(1500));
        assert_eq!(world.say("go").await.reason, budget("time"));
        assert!(
            serde_json::to_string(&world.events())
                .unwrap()
                .contains("half ")
        );

        let turns = vec![Turn::calls([Call::new("stuck", json!({}))])];
        let mut world = World::new(wire, turns).await;
        world.settings.budget.time = Some(Duration::from_millis(1500));
        assert_eq!(world.say("go").await.reason, budget("time"));
        let outcome = world.outcomes().remove(0);
        assert_eq!(outcome.status, ToolStatus::Interrupted);
    }
}
