use super::*;
use crate::{Adaptive, Key, Priority, TaskKind};
use proptest::prelude::*;

fn at(millis: u64) -> Time {
    Span::from_millis(millis).after(Time::EPOCH)
}

fn id(n: u32) -> TaskId {
    let mut random = [0; 10];
    random[6..].copy_from_slice(&n.to_be_bytes());
    TaskId::new(Time::EPOCH, random)
}

fn kind(text: &str) -> TaskKind {
    TaskKind::parse(text).unwrap()
}

fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

fn item(n: u32, share: &str, priority: u8, since: Time) -> Item {
    Item {
        task: id(n),
        kind: kind("work"),
        share: share.into(),
        key: None,
        dependency: None,
        needs: None,
        priority: Priority(priority),
        since,
        not_before: since,
    }
}

fn queue() -> Queue {
    Queue::new(QueueOptions::default())
}

fn drain(queue: &mut Queue, now: Time) -> Vec<TaskId> {
    std::iter::from_fn(|| queue.pop(now)).map(|passed| passed.task).collect()
}

fn ids(numbers: &[u32]) -> Vec<TaskId> {
    numbers.iter().map(|n| id(*n)).collect()
}

#[test]
fn the_most_urgent_goes_first_and_equals_in_the_order_of_arrival() {
    let mut queue = queue();
    for (n, priority) in [(1, 96), (2, 32), (3, 224), (4, 96)] {
        queue.push(item(n, "a", priority, at(0)), at(0)).unwrap();
    }
    assert_eq!(drain(&mut queue, at(0)), ids(&[3, 1, 4, 2]));
    assert!(queue.is_empty() && queue.lanes.is_empty() && queue.shares.is_empty() && queue.line.is_empty());
}

#[test]
fn waiting_makes_urgent() {
    let mut queue = queue();
    queue.push(item(1, "a", 10, at(0)), at(0)).unwrap();
    queue.push(item(2, "a", 20, at(9_999)), at(9_999)).unwrap();
    queue.push(item(3, "a", 20, at(10_001)), at(10_001)).unwrap();
    assert_eq!(drain(&mut queue, at(10_001)), ids(&[2, 1, 3]));
}

#[test]
fn a_long_backlog_of_one_share_delays_no_other() {
    let mut queue = queue();
    for n in 0..1000 {
        queue.push(item(n, "flood", 96, at(0)), at(0)).unwrap();
    }
    for now in 0..50 {
        assert!(queue.pop(at(now)).is_some());
    }
    queue.push(item(5000, "b", 96, at(50)), at(50)).unwrap();
    queue.push(item(5001, "b", 96, at(50)), at(50)).unwrap();
    let next: Vec<_> = (51..56).filter_map(|now| queue.pop(at(now))).map(|passed| passed.task).collect();
    assert_eq!(next.iter().filter(|task| [id(5000), id(5001)].contains(task)).count(), 2, "{next:?}");
}

#[test]
fn a_share_of_weight_three_has_three_of_four_turns() {
    let mut queue = queue();
    queue.weigh("a", 3);
    for n in 0..40 {
        queue.push(item(n, "a", 96, at(0)), at(0)).unwrap();
        queue.push(item(100 + n, "b", 96, at(0)), at(0)).unwrap();
    }
    let first: Vec<_> = (1..=20).filter_map(|now| queue.pop(at(now))).map(|passed| passed.task).collect();
    assert_eq!(first.iter().filter(|task| **task < id(100)).count(), 15);
}

#[test]
fn a_delayed_task_waits_for_its_time_and_says_so() {
    let mut queue = queue();
    queue.push(Item { not_before: at(100), ..item(1, "a", 255, at(0)) }, at(0)).unwrap();
    assert_eq!(queue.pop(at(99)), None);
    assert_eq!(queue.why(id(1), at(99)), Some(Waiting::Delayed(at(100))));
    assert_eq!(queue.wakes_at(at(99)), Some(at(100)));
    assert_eq!(drain(&mut queue, at(100)), ids(&[1]));
    assert_eq!(queue.wakes_at(at(100)), None);
}

#[test]
fn a_paused_kind_holds_up_no_other() {
    let mut queue = queue();
    queue.limit(GateName::Kind(kind("slow")), GateLimits { paused: true, ..GateLimits::default() }).unwrap();
    queue.push(Item { kind: kind("slow"), ..item(1, "a", 255, at(0)) }, at(0)).unwrap();
    queue.push(item(2, "a", 0, at(0)), at(0)).unwrap();
    assert_eq!(drain(&mut queue, at(0)), ids(&[2]));
    assert_eq!(queue.why(id(1), at(0)), Some(Waiting::Gate(GateName::Kind(kind("slow")), Shut::Paused)));
    queue.limit(GateName::Kind(kind("slow")), GateLimits::default()).unwrap();
    assert_eq!(drain(&mut queue, at(0)), ids(&[1]));
}

#[test]
fn a_paused_queue_gives_nothing() {
    let mut queue = queue();
    queue.push(item(1, "a", 0, at(0)), at(0)).unwrap();
    queue.limit(GateName::Queue, GateLimits { paused: true, ..GateLimits::default() }).unwrap();
    assert_eq!((queue.pop(at(0)), queue.wakes_at(at(0))), (None, None));
    queue.limit(GateName::Queue, GateLimits::default()).unwrap();
    assert_eq!(drain(&mut queue, at(0)), ids(&[1]));
}

#[test]
fn a_key_never_has_more_out_than_its_limit() {
    let mut queue = queue();
    let limits = GateLimits { concurrency: Some(2), ..GateLimits::default() };
    queue.limit(GateName::Key(key("api")), limits).unwrap();
    for n in 0..5 {
        let share = format!("share{n}");
        queue.push(Item { key: Some(key("api")), ..item(n, &share, 96, at(0)) }, at(0)).unwrap();
    }
    let out: Vec<_> = std::iter::from_fn(|| queue.pop(at(0))).collect();
    assert_eq!(out.len(), 2);
    assert_eq!(queue.why(id(4), at(0)), Some(Waiting::Gate(GateName::Key(key("api")), Shut::Full)));
    queue.release(&out[0]);
    assert_eq!(drain(&mut queue, at(1)), ids(&[2]));
    // The next in line is cancelled: the slot goes to the one behind it.
    queue.remove(id(3));
    queue.release(&out[1]);
    assert_eq!(drain(&mut queue, at(1)), ids(&[4]));
}

#[test]
fn a_dependency_has_a_gate_of_its_own_that_follows_its_limit() {
    let (mut queue, api) = (queue(), || GateName::Dependency(key("api")));
    let adaptive = Adaptive { least: 1, most: 5, first: 3, now: None };
    let at_present =
        |now| GateLimits { adaptive: Some(Adaptive { now, ..adaptive }), ..GateLimits::default() };
    queue.limit(api(), at_present(None)).unwrap();
    // Who only has the same word for a concurrency key is not held back.
    queue.push(Item { key: Some(key("api")), ..item(9, "z", 0, at(0)) }, at(0)).unwrap();
    for n in 0..9 {
        let called = Item { dependency: Some(key("api")), ..item(n + 10, "a", 96, at(0)) };
        queue.push(called, at(0)).unwrap();
    }
    let out: Vec<_> = std::iter::from_fn(|| queue.pop(at(0))).filter(|passed| passed.key.is_none()).collect();
    assert_eq!((out.len(), queue.len()), (3, 6));
    assert_eq!(queue.why(id(13), at(0)), Some(Waiting::Gate(api(), Shut::Full)));
    queue.limit(api(), at_present(Some(1))).unwrap();
    out.iter().take(2).for_each(|passed| queue.release(passed));
    assert_eq!(queue.pop(at(1)), None);
    queue.limit(api(), at_present(Some(5))).unwrap();
    assert_eq!(drain(&mut queue, at(2)).len(), 4);
}

#[test]
fn only_the_limit_of_a_dependency_is_adaptive_and_then_nothing_else_is_fixed() {
    let adaptive = Some(Adaptive { least: 1, most: 5, first: 3, now: None });
    let limits = GateLimits { adaptive, ..GateLimits::default() };
    limits.check_at(&GateName::Dependency(key("api"))).unwrap();
    for gate in [GateName::Queue, GateName::Kind(kind("work")), GateName::Key(key("api"))] {
        assert_eq!(limits.check_at(&gate).unwrap_err().code(), Code::InvalidPolicy);
    }
    let both = GateLimits { concurrency: Some(1), ..limits };
    assert_eq!(both.check().unwrap_err().code(), Code::InvalidPolicy);
    for (least, most, first, now) in
        [(0, 5, 1, None), (2, 5, 1, None), (1, 5, 6, None), (2, 5, 3, Some(1)), (1, 5, 3, Some(6))]
    {
        let adaptive = Some(Adaptive { least, most, first, now });
        let limits = GateLimits { adaptive, ..GateLimits::default() };
        assert_eq!(limits.check().unwrap_err().code(), Code::InvalidPolicy);
    }
}

#[test]
fn after_a_restart_what_was_out_still_counts() {
    let mut queue = queue();
    let limits = GateLimits { concurrency: Some(1), ..GateLimits::default() };
    queue.limit(GateName::Kind(kind("work")), limits).unwrap();
    let out = Passed { task: id(9), kind: kind("work"), key: None, dependency: None };
    queue.occupy(&out);
    queue.push(item(1, "a", 96, at(0)), at(0)).unwrap();
    assert_eq!(queue.pop(at(0)), None);
    queue.release(&out);
    assert_eq!(drain(&mut queue, at(0)), ids(&[1]));
}

#[test]
fn a_rate_lets_a_burst_through_and_then_one_at_a_time() {
    let mut queue = queue();
    let rate = Rate { starts: 10, per: Span::from_secs(1), burst: 3 };
    queue.limit(GateName::Key(key("api")), GateLimits { rate: Some(rate), ..GateLimits::default() }).unwrap();
    for n in 0..10 {
        queue.push(Item { key: Some(key("api")), ..item(n, "a", 96, at(0)) }, at(0)).unwrap();
    }
    assert_eq!(drain(&mut queue, at(0)).len(), 3);
    assert_eq!(queue.wakes_at(at(0)), Some(at(100)));
    assert_eq!(drain(&mut queue, at(99)).len(), 0);
    assert_eq!(drain(&mut queue, at(100)).len(), 1);
    assert_eq!(drain(&mut queue, at(300)).len(), 2);
    assert_eq!(drain(&mut queue, at(60_000)).len(), 3, "no more than the burst is saved up");
    assert!(drain(&mut queue, at(0)).is_empty());
    assert_eq!(
        drain(&mut queue, at(400)).len(),
        1,
        "a clock that went back shuts it for no longer than a bucket"
    );
}

#[test]
fn a_look_knows_when_to_look_again_and_a_queue_that_is_read_anew_forgets_no_rate() {
    let mut queue = queue();
    let limits = GateLimits {
        rate: Some(Rate { starts: 1, per: Span::from_secs(1), burst: 1 }),
        ..GateLimits::default()
    };
    let fill = |queue: &mut Queue, n| {
        queue.limit(GateName::Key(key("api")), limits).unwrap();
        queue.push(Item { key: Some(key("api")), ..item(n, "a", 96, at(0)) }, at(0)).unwrap();
    };
    fill(&mut queue, 1);
    assert!(queue.has_where(at(0), |_| true));
    assert_eq!(drain(&mut queue, at(0)), ids(&[1]));
    let mut queue = queue.emptied();
    fill(&mut queue, 2);
    assert!(!queue.has_where(at(1), |_| true));
    assert_eq!(queue.wakes_at(at(1)), Some(at(1000)));
    assert!(queue.has_where(at(1000), |_| true));
    assert_eq!(drain(&mut queue, at(1000)), ids(&[2]));
}

#[test]
fn a_gate_that_opens_lets_through_what_is_taken_behind_what_is_not() {
    let mut queue = queue();
    let one = GateLimits { concurrency: Some(1), ..GateLimits::default() };
    queue.limit(GateName::Key(key("k")), one).unwrap();
    for (n, name) in [(1, "first"), (2, "other"), (3, "ours")] {
        let item = Item { key: Some(key("k")), kind: kind(name), ..item(n, "a", 96, at(n.into())) };
        queue.push(item, at(n.into())).unwrap();
    }
    let passed = queue.pop(at(9)).unwrap();
    assert!(queue.pop(at(9)).is_none(), "both others wait at the gate");
    queue.release(&passed);
    let ours = |next: Candidate<'_>| next.kind.as_str() == "ours";
    assert!(queue.has_where(at(9), ours));
    assert_eq!(queue.pop_where(at(9), ours).map(|passed| passed.task), Some(id(3)));
}

#[test]
fn a_worker_is_given_only_the_kinds_it_takes() {
    let mut queue = queue();
    queue.push(item(1, "a", 255, at(0)), at(0)).unwrap();
    queue.push(Item { kind: kind("other"), ..item(2, "a", 0, at(0)) }, at(0)).unwrap();
    let passed = queue.pop_where(at(0), |next| next.kind.as_str() == "other").unwrap();
    assert_eq!(passed.task, id(2));
    assert_eq!(queue.pop_where(at(0), |next| next.kind.as_str() == "other"), None);
    assert_eq!(queue.pop(at(0)).unwrap().task, id(1));
}

#[test]
fn a_full_queue_refuses_and_so_does_the_full_share_of_a_key() {
    let options = QueueOptions { capacity: 3, share_capacity: 2, ..QueueOptions::default() };
    let mut queue = Queue::new(options);
    queue.push(item(1, "a", 0, at(0)), at(0)).unwrap();
    queue.push(Item { not_before: at(9), ..item(2, "a", 0, at(0)) }, at(0)).unwrap();
    let share = queue.push(item(3, "a", 0, at(0)), at(0)).unwrap_err();
    assert!(share.code() == Code::QueueFull && share.message().contains("a has 2 of 2"), "{share}");
    queue.push(item(3, "b", 0, at(0)), at(0)).unwrap();
    assert!(queue.push(item(4, "c", 0, at(0)), at(0)).unwrap_err().is_retryable());
    assert_eq!(queue.push(item(1, "a", 0, at(0)), at(0)).unwrap_err().code(), Code::InvalidArgument);
    assert!(queue.remove(id(2)) && !queue.remove(id(2)));
    queue.push(item(4, "a", 0, at(0)), at(0)).unwrap();
}

#[test]
fn a_hundred_thousand_tasks_of_a_thousand_keys_come_out_again() {
    let mut queue = queue();
    let limits = GateLimits { concurrency: Some(1), ..GateLimits::default() };
    for n in 0..10 {
        queue.limit(GateName::Key(key(&format!("k{n}"))), limits).unwrap();
    }
    for n in 0..100_000 {
        let key = Some(key(&format!("k{}", n % 10)));
        let share = format!("s{}", n % 1000);
        queue.push(Item { key, ..item(n, &share, (n % 256) as u8, at(0)) }, at(0)).unwrap();
    }
    assert_eq!(queue.push(item(100_000, "x", 0, at(0)), at(0)).unwrap_err().code(), Code::QueueFull);
    let mut out = std::collections::VecDeque::new();
    let mut count = 0;
    while !queue.is_empty() {
        while let Some(passed) = queue.pop(at(count)) {
            out.push_back(passed);
        }
        assert_eq!(out.len().min(10), out.len());
        queue.release(&out.pop_front().unwrap());
        count += 1;
    }
    assert!(queue.lanes.is_empty() && queue.waiting.is_empty() && queue.index.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// However urgent the tasks are that others keep submitting, one that waits is taken in a bounded time.
    #[test]
    fn nothing_starves(
        priority in 0u8..=255, others in prop::collection::vec((0u32..5, 0u8..=255), 1..20), same in any::<bool>(),
    ) {
        let mut queue = queue();
        let share = if same { "s0" } else { "lonely" };
        queue.push(item(0, share, priority, at(0)), at(0)).unwrap();
        // Two are submitted for each that is taken: the backlog grows for ever.
        let mut next = 1;
        // Before it are at most the 512 that come in the 256 steps until it outranks any newcomer of its own share, and
        // each share's turn comes after at most 256 steps and five others.
        let bound = (512 * 6 + 6 * 256 + 10) * 1000;
        for now in (0..bound).step_by(1000) {
            for _ in 0..2 {
                let (share, priority) = others[next as usize % others.len()];
                queue.push(item(next, &format!("s{share}"), priority, at(now)), at(now)).unwrap();
                next += 1;
            }
            if queue.pop(at(now)).is_some_and(|passed| passed.task == id(0)) {
                return Ok(());
            }
        }
        prop_assert!(false, "it was never taken");
    }
}

#[test]
fn a_task_with_needs_is_passed_over_and_is_in_nobodys_way() {
    let mut queue = Queue::new(QueueOptions::default());
    let needs = crate::Needs { models: vec!["m".to_owned()], ..crate::Needs::default() };
    queue.push(Item { needs: Some(Arc::new(needs)), ..item(1, "a", 255, at(0)) }, at(0)).unwrap();
    queue.push(item(2, "a", 0, at(0)), at(0)).unwrap();
    let passed = queue.pop_where(at(0), |next| next.needs.is_none()).unwrap();
    assert_eq!(passed.task, item(2, "a", 0, at(0)).task);
    assert_eq!(queue.pop_where(at(0), |next| next.needs.is_none()), None);
    assert_eq!(queue.pop(at(0)).map(|passed| passed.task), Some(item(1, "a", 0, at(0)).task));
}
