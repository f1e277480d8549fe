use super::*;
use crate::{Outcome, Span};

fn kind() -> TaskKind {
    TaskKind::parse("work").unwrap()
}

fn id(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

fn profile(name: &str) -> Profile {
    Profile {
        id: id(name),
        kinds: vec![kind()],
        capabilities: vec![Capability { name: "code.review".to_owned(), version: (2, 3) }],
        models: vec!["m1".to_owned()],
        cost: 10,
        limit: 1000,
        priority: 0,
    }
}

fn registry(profiles: Vec<Profile>) -> Registry {
    let mut registry = Registry::default();
    profiles.into_iter().for_each(|profile| registry.register(profile).unwrap());
    registry
}

fn to(registry: &mut Registry, strategy: Strategy, random: u64) -> String {
    match registry.route(&kind(), &Needs::default(), strategy, random) {
        Route::To(id) => id.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Numbers that are spread evenly, the same in every run.
fn draws(count: u64) -> impl Iterator<Item = u64> {
    (1..=count)
        .map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17).wrapping_mul(0xbf58_476d_1ce4_e5b9))
}

#[test]
fn every_constraint_holds_and_the_reason_names_those_that_failed() {
    let mut registry = registry(vec![
        profile("a"),
        Profile { kinds: vec![TaskKind::parse("other").unwrap()], ..profile("b") },
    ]);
    let review = |major, minor| Needs {
        capabilities: vec![Capability { name: "code.review".to_owned(), version: (major, minor) }],
        ..Needs::default()
    };
    for good in [
        review(2, 0),
        review(2, 3),
        Needs { models: vec!["m0".to_owned(), "m1".to_owned()], ..Needs::default() },
        Needs { max_cost: Some(10), ..Needs::default() },
        Needs { agents: vec![id("a")], ..Needs::default() },
    ] {
        assert_eq!(registry.route(&kind(), &good, Strategy::Priority, 0), Route::To(id("a")), "{good:?}");
    }
    for (bad, reason) in [
        (review(2, 4), "1 lack code.review 2.4"),
        (review(1, 0), "1 lack code.review 1.0"),
        (Needs { models: vec!["m0".to_owned()], ..Needs::default() }, "1 use none of its models"),
        (Needs { max_cost: Some(9), ..Needs::default() }, "1 cost too much"),
        (Needs { agents: vec![id("c")], ..Needs::default() }, "1 are not among the agents"),
    ] {
        let Route::Nobody(why) = registry.route(&kind(), &bad, Strategy::Priority, 0) else {
            panic!("{bad:?}")
        };
        assert!(why.contains(reason) && why.contains("1 take other kinds"), "{why}");
    }
    assert!(matches!(Registry::default().route(&kind(), &Needs::default(), Strategy::Priority, 0),
        Route::Nobody(why) if why.ends_with("none is registered")));
}

#[test]
fn turns_go_round() {
    let mut registry = registry(vec![profile("a"), profile("b"), profile("c")]);
    let order: Vec<_> = (0..6).map(|_| to(&mut registry, Strategy::RoundRobin, 0)).collect();
    assert_eq!(order, ["a", "b", "c", "a", "b", "c"]);
}

#[test]
fn the_least_loaded_is_that_with_the_smallest_share_in_use() {
    let mut registry =
        registry(vec![Profile { limit: 1, ..profile("a") }, Profile { limit: 3, ..profile("b") }]);
    let order: Vec<_> = (0..4).map(|_| to(&mut registry, Strategy::LeastLoaded, 0)).collect();
    assert_eq!(order.iter().filter(|name| *name == "b").count(), 3);
    let full = registry.route(&kind(), &Needs::default(), Strategy::LeastLoaded, 0);
    assert!(matches!(full, Route::Busy(why) if why.starts_with("all 2 agents")));
    registry.get_mut(&id("b")).unwrap().learn(Outcome::Success, Span::ZERO);
    assert_eq!(to(&mut registry, Strategy::LeastLoaded, 0), "b");
}

#[test]
fn the_preferred_come_first_and_of_those_the_cheapest() {
    let mut registry = registry(vec![
        profile("a"),
        Profile { priority: 9, ..profile("b") },
        Profile { priority: 9, cost: 1, ..profile("c") },
    ]);
    assert_eq!(to(&mut registry, Strategy::Priority, 0), "c");
}

#[test]
fn who_does_better_gets_more_and_who_does_badly_still_gets_a_chance() {
    let mut registry = registry(vec![profile("bad"), profile("good")]);
    for _ in 0..50 {
        registry.get_mut(&id("bad")).unwrap().learn(Outcome::Failure, Span::from_secs(1));
        registry.get_mut(&id("good")).unwrap().learn(Outcome::Success, Span::from_secs(1));
    }
    let bad = draws(900).filter(|random| to(&mut registry, Strategy::Performance, *random) == "bad").count();
    assert!((15..135).contains(&bad), "half of the explored tenth is 45, and it was {bad}");
}

#[test]
fn equals_share_by_chance() {
    let mut registry = registry(vec![profile("a"), profile("b")]);
    let first = draws(900).filter(|random| to(&mut registry, Strategy::Performance, *random) == "a").count();
    assert!((350..550).contains(&first), "{first}");
}

#[test]
fn the_degraded_are_asked_only_if_no_healthy_one_is_free_and_the_dead_never() {
    let mut registry =
        registry(vec![Profile { priority: 255, ..profile("a") }, Profile { limit: 1, ..profile("b") }]);
    registry.get_mut(&id("a")).unwrap().health = Health::Degraded;
    assert_eq!(to(&mut registry, Strategy::Priority, 0), "b");
    assert_eq!(to(&mut registry, Strategy::Priority, 0), "a");
    registry.get_mut(&id("a")).unwrap().health = Health::Down;
    registry.remove(&id("b"));
    let Route::Nobody(why) = registry.route(&kind(), &Needs::default(), Strategy::Priority, 0) else {
        panic!()
    };
    assert!(why.ends_with("1 are down"), "{why}");
}

#[test]
fn a_registry_is_the_same_after_a_restart_and_registering_anew_keeps_the_figures() {
    let mut registry = registry(vec![profile("a")]);
    to(&mut registry, Strategy::RoundRobin, 0);
    registry.get_mut(&id("a")).unwrap().learn(Outcome::Failure, Span::from_millis(30));
    registry.register(Profile { cost: 3, ..profile("a") }).unwrap();
    let json = serde_json::to_string(&registry).unwrap();
    assert_eq!(serde_json::from_str::<Registry>(&json).unwrap(), registry);
    let agent = registry.get(&id("a")).unwrap();
    assert_eq!((agent.profile.cost, agent.given, agent.load, agent.success), (3, 1, 0, 0.9));
    let useless = Profile { limit: 0, ..profile("z") };
    assert!(registry.register(useless).is_err() && registry.iter().count() == 1);
}

#[test]
fn an_agent_that_keeps_failing_is_degraded_until_it_succeeds_again() {
    let mut agent = Agent::new(profile("a")).unwrap();
    let mut after = |outcome, times| {
        (0..times).for_each(|_| agent.learn(outcome, Span::from_secs(1)));
        agent.health
    };
    assert_eq!(after(Outcome::Failure, 6), Health::Healthy);
    assert_eq!(after(Outcome::Ignored, 100), Health::Healthy);
    assert_eq!(after(Outcome::Failure, 1), Health::Degraded);
    assert_eq!(after(Outcome::Success, 2), Health::Degraded);
    assert_eq!(after(Outcome::Success, 10), Health::Healthy);
    let mut down = Agent { health: Health::Down, ..Agent::new(profile("b")).unwrap() };
    down.learn(Outcome::Success, Span::ZERO);
    assert_eq!(down.health, Health::Down);
}

#[test]
fn a_tasks_own_strategy_goes_first_and_selecting_counts_nothing() {
    let registry =
        registry(vec![Profile { cost: 1, ..profile("cheap") }, Profile { priority: 9, ..profile("first") }]);
    let needs = Needs { strategy: Some(Strategy::Priority), ..Needs::default() };
    for _ in 0..3 {
        let route = registry.select(&kind(), &needs, Strategy::LeastLoaded, 0);
        assert_eq!(route, Route::To(id("first")));
    }
    assert!(registry.iter().all(|agent| agent.load == 0 && agent.given == 0));
    let hashed = serde_json::to_string(&Needs::default()).unwrap();
    assert!(!hashed.contains("strategy"), "what runs keeps its hash: {hashed}");
}
