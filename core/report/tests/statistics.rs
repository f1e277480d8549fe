//! What the figures promise.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use proptest::prelude::*;
use sealbook_attribution::{Catalogue, Class, Commit, Lines, Relation, Signal, Source, Strength, Verdict};
use sealbook_report::{
    Collector, Counts, Doubt, People, Report, Repository, Rules, Statistics, TreeStatistics, html, markdown,
};
use support::*;

const DAY: i64 = 86_400;
const MAY_2026: i64 = 1_778_000_000;

fn statistics(commits: &[Commit<'_>], people: People) -> Statistics {
    let mut collector = Collector::new(now(), people);
    commits.iter().for_each(|commit| collector.add(commit));
    collector.finish()
}

fn sums(counts: &Counts) -> bool {
    counts.by_verdict().iter().map(|(_, n)| n).sum::<u64>() == counts.total && counts.ai_in_part <= counts.ai
}

#[test]
fn nothing_counted_is_all_zero() {
    let statistics = statistics(&[], People::Full);
    assert_eq!(statistics.commits, Counts::default());
    assert!(statistics.by_month.is_empty() && statistics.strongest.is_empty());
    assert_eq!(statistics.by_strength.len(), 5);
    assert!(statistics.by_strength.iter().all(|group| group.commits == Counts::default()));
}

#[test]
fn a_commit_counts_once_for_each_of_its_tools() {
    let claims = vec![
        ai("Amp", Strength::Medium),
        claim("Amp", Class::Ai, Signal::Author, Strength::Certain),
        ai("Cursor", Strength::High),
        claim("Dependabot", Class::Automation, Signal::Author, Strength::Certain),
    ];
    let statistics = statistics(&[commit("a1", MAY_2026, claims)], People::None);
    let tools: Vec<_> =
        statistics.by_tool.rows.iter().map(|g| (g.name.as_str(), g.commits.total, g.class)).collect();
    let ai = Some(Class::Ai);
    assert_eq!(tools, [("Amp", 1, ai), ("Cursor", 1, ai), ("Dependabot", 1, Some(Class::Automation))]);
    assert_eq!(statistics.by_tool.rows[0].by_strength.unwrap().certain, 1);
    assert_eq!(statistics.by_tool.rows[0].by_strength.unwrap().medium, 0);
    assert_eq!(statistics.by_strength[0].commits.ai, 1);
    let signals: Vec<_> = statistics.by_signal.iter().map(|g| (g.name.as_str(), g.commits.total)).collect();
    assert_eq!(signals, [("trailer", 1), ("author", 1)]);
}

#[test]
fn a_claim_that_cannot_be_true_counts_for_nothing_but_its_kind() {
    let mut commit = commit("a1", MAY_2026, vec![invalid(ai("Amp", Strength::Certain))]);
    commit.verdict = Verdict::Unknown;
    let statistics = statistics(&[commit], People::None);
    assert!(statistics.by_tool.rows.is_empty() && statistics.by_source.is_empty());
    assert_eq!(statistics.by_strength[4].commits.unknown, 1);
    assert_eq!(statistics.invalid_claims["past_end"], 1);
    assert_eq!(statistics.doubts[&Doubt::Impossible], 1);
    assert!(statistics.strongest.is_empty());
}

#[test]
fn work_in_part_is_counted_apart() {
    let whole = ai("Amp", Strength::High);
    let mut lines = ai("Amp", Strength::Certain);
    lines.lines = vec![Lines { start: 1, end: 1 }];
    let commits = [
        commit("a1", MAY_2026, vec![in_part(whole.clone())]),
        commit("a2", MAY_2026, vec![in_part(whole.clone()), whole.clone()]),
        commit("a3", MAY_2026, vec![in_part(ai("Amp", Strength::Low))]),
        commit("a4", MAY_2026, vec![lines.clone()]),
        commit("a5", MAY_2026, vec![lines, whole]),
    ];
    let counts = statistics(&commits, People::None).commits;
    assert_eq!((counts.ai, counts.ai_in_part, counts.unknown), (4, 2, 1));
}

#[test]
fn one_address_is_one_person_and_names_are_shown_only_if_asked() {
    let commits: Vec<_> = [("Jane Roe", "jane@example.com"), ("jroe", "JANE@example.com"), ("Bo", "")]
        .iter()
        .map(|(name, email)| {
            let who = person(name, email, MAY_2026);
            Commit::new("a1", who.clone(), who, vec![])
        })
        .collect();
    let names = |people| {
        let groups = statistics(&commits, people).by_person?;
        Some(groups.rows.into_iter().map(|g| (g.name, g.commits.total)).collect::<Vec<_>>())
    };
    assert_eq!(names(People::None), None);
    let full = names(People::Full).unwrap();
    assert_eq!(full, [("Jane Roe <jane@example.com>".to_owned(), 2), ("Bo <bo>".to_owned(), 1)]);
    let hashed = names(People::Hashed).unwrap();
    assert_eq!((hashed.len(), hashed[0].1), (2, 2));
    assert!(hashed.iter().all(|(name, _)| !name.to_lowercase().contains("jane") && !name.contains('@')));
}

#[test]
fn evidence_does_not_name_the_commits_people_unless_asked() {
    let mut suffix = claim("Aider", Class::Ai, Signal::Author, Strength::Medium);
    suffix.evidence = "Jane Roe (aider) <Jane@Example.com>".to_owned();
    let mut human = claim("person", Class::Human, Signal::Trailer, Strength::High);
    human.evidence = "Written-by: Ann <ann@example.com>".to_owned();
    let commits = [contradicted(commit("a1", MAY_2026, vec![suffix, human]), "x")];
    let json = |people| serde_json::to_string(&statistics(&commits, people).doubtful).unwrap();
    for people in [People::None, People::Hashed] {
        assert!(
            !json(people).contains("Jane") && !json(people).contains("ann@example.com"),
            "{}",
            json(people)
        );
        assert!(json(people).contains("aider/rule"));
    }
    assert!(json(People::Full).contains("Jane Roe (aider) <Jane@Example.com>"));
}

/// All forms of a report about one commit by Jane for Carl, with the help of Ann, and a file that names them.
fn forms(people: People) -> [String; 3] {
    let texts = [
        (Class::Ai, Signal::Trailer, Strength::Certain, "Co-authored-by: Ann Lee <noreply@anthropic.com>"),
        (Class::Ai, Signal::Trailer, Strength::Medium, "Co-authored-by: Ann Lee (amp) <annlee@ann.example>"),
        (Class::Ai, Signal::Author, Strength::Certain, "Jane Roe <jroe@example.com>"),
        (
            Class::Ai,
            Signal::Message,
            Strength::High,
            "made with Amp by Carl Coe and ann lee, see carlc@example.com",
        ),
        (Class::Human, Signal::Trailer, Strength::High, "Written-by: Ann Lee <annlee@ann.example>"),
    ];
    let claims = texts.map(|(class, signal, strength, evidence)| {
        let mut made = claim("Amp", class, signal, strength);
        made.evidence = evidence.to_owned();
        made
    });
    let (jane, carl) =
        (person("Jane Roe", "jroe@example.com", MAY_2026), person("Carl Coe", "carlc@example.com", MAY_2026));
    let mut wrong = invalid(claim("Amp", Class::Ai, Signal::Note, Strength::High));
    wrong.invalid.as_mut().unwrap().reason = "no record for Jane Roe".to_owned();
    let mut collector = Collector::new(now(), people);
    for claims in [claims[..1].to_vec(), [&claims[..], &[wrong]].concat()] {
        let commit = Commit::new("a1", jane.clone(), carl.clone(), claims);
        let mut commit =
            if commit.claims.len() > 1 { contradicted(commit, "Carl Coe says no") } else { commit };
        commit.subject = "Merge the work of Ann Lee, Jane and carlc@example.com".into();
        collector.add(&commit);
    }
    let mut in_a_file = claim("Amp", Class::Ai, Signal::Comment, Strength::High);
    in_a_file.evidence = "Written with Amp by Jane Roe <jroe@example.com> and @annlee".to_owned();
    let report = Report::new(Repository::default(), now(), collector.finish(), Rules::default());
    let report = report.tree(TreeStatistics::new(1, 1, 0, &[in_a_file]));
    [html(&report), markdown(&report), serde_json::to_string(&report).unwrap()]
}

#[test]
fn no_form_of_a_report_names_authors_committers_or_co_authors_unless_asked() {
    let names = ["jane", "roe", "carl", "coe", "ann lee", "annlee", "@example.com", "ann.example"];
    for people in [People::None, People::Hashed] {
        for form in forms(people) {
            let form = form.to_lowercase();
            let found: Vec<_> = names.iter().filter(|name| form.contains(*name)).collect();
            assert!(found.is_empty(), "{people:?}: {found:?} in {form}");
            assert!(form.contains("made with amp by"), "the rest of the evidence stays");
            assert!(form.contains("noreply@anthropic.com"), "a machine's address stays");
        }
    }
    for form in forms(People::Full) {
        let form = form.to_lowercase();
        assert!(names.iter().all(|name| form.contains(name)), "{form}");
    }
}

#[test]
fn names_beyond_the_bound_are_counted_as_others() {
    let names: Vec<_> = (0..1_200).map(|n| format!("Tool {n} {}", "x".repeat(5_000))).collect();
    let commits: Vec<_> = names.iter().map(|n| commit("a1", MAY_2026, vec![ai(n, Strength::High)])).collect();
    let tools = statistics(&commits, People::None).by_tool;
    assert_eq!((tools.rows.len(), tools.others.unwrap().ai), (1_000, 200));
    assert!(tools.rows.iter().all(|group| group.name.chars().count() <= 201));
}

#[test]
fn absurd_clocks_are_counted_apart_from_the_months() {
    let commits: Vec<_> =
        [0, 4_102_444_800, MAY_2026, MAY_2026 + 40 * DAY].map(|seconds| commit("a1", seconds, vec![])).into();
    let statistics = statistics(&commits, People::None);
    assert_eq!((statistics.out_of_range.before.total, statistics.out_of_range.after.unknown), (1, 1));
    assert_eq!(serde_json::to_value(&statistics.by_month).unwrap()[0]["month"], "2026-05");
    assert_eq!(statistics.by_month.len(), 2);
}

#[test]
fn folders_and_relations_are_counted() {
    let mut one = commit("a1", MAY_2026, vec![ai("Amp", Strength::High)]);
    one.folders = vec!["core".into(), "docs".into()];
    one.relation = Some(Relation::Reverts("abc".to_owned()));
    let mut two = commit("a2", MAY_2026, vec![]);
    two.folders = vec!["core".into()];
    let statistics = statistics(&[one, two], People::None);
    let core = &statistics.by_folder.rows[0];
    assert_eq!(
        (core.name.as_str(), core.commits.total, core.commits.ai, core.commits.unknown),
        ("core", 2, 1, 1)
    );
    assert_eq!(statistics.by_relation["reverts"], 1);
}

#[test]
fn the_strongest_evidence_comes_from_several_sources_and_nothing_contradicts_it() {
    let certain = || claim("Amp", Class::Ai, Signal::Author, Strength::Certain);
    let note = || claim("Amp", Class::Ai, Signal::Note, Strength::Certain);
    let ids: Vec<_> = (0..50).map(|n| format!("{n:040}")).collect();
    let mut commits: Vec<_> = ids.iter().map(|id| commit(id, MAY_2026, vec![certain()])).collect();
    commits.push(commit("bb", MAY_2026, vec![certain(), note()]));
    commits.push(contradicted(commit("cc", MAY_2026, vec![certain(), note()]), "x"));
    commits.push(commit("dd", MAY_2026, vec![claim("Cursor", Class::Ai, Signal::Author, Strength::Certain)]));
    let strongest = statistics(&commits, People::None).strongest;
    assert_eq!(strongest[0].commit, "bb");
    assert_eq!(
        strongest[0].claims.iter().map(|c| c.source).collect::<Vec<_>>(),
        [Source::Claimed, Source::Imported]
    );
    assert!(strongest.iter().all(|evidence| evidence.commit != "cc"));
    assert!(strongest.iter().any(|evidence| evidence.commit == "dd"), "one tool does not fill the list");
    assert!(strongest.len() <= 10);
}

#[test]
fn each_kind_of_doubt_is_recognised() {
    let catalogue = Catalogue::built_in().unwrap();
    let rule = catalogue.rules().iter().find(|rule| rule.strength == Strength::Certain).unwrap();
    let mut weak = ai("Amp", Strength::High);
    weak.rule = rule.id.clone();
    let commits = [
        contradicted(commit("a1", MAY_2026, vec![ai("Amp", Strength::High)]), "person/x says human"),
        commit("a2", MAY_2026, vec![weak]),
        commit("a3", MAY_2026, vec![ai("Amp", Strength::Medium)]),
        commit("a4", MAY_2026, vec![ai("Amp", Strength::Low)]),
        commit("a5", MAY_2026, vec![in_part(ai("Amp", Strength::High))]),
        commit("a6", MAY_2026, vec![ai("Amp", Strength::High)]),
    ];
    let mut collector = Collector::new(now(), People::None).catalogue(&catalogue);
    commits.iter().for_each(|commit| collector.add(commit));
    let statistics = collector.finish();
    let doubts: Vec<_> = statistics.doubtful.iter().map(|e| (e.commit.as_str(), e.doubts[0])).collect();
    assert_eq!(
        doubts,
        [
            ("a1", Doubt::Contradiction),
            ("a2", Doubt::Weakened),
            ("a3", Doubt::MediumAlone),
            ("a4", Doubt::LowAlone),
            ("a5", Doubt::PartOnly)
        ]
    );
    assert_eq!(statistics.doubtful[0].contradictions, ["person/x says human"]);
    assert_eq!((statistics.contradicted, statistics.contradictions["human_and_ai"]), (1, 1));
}

#[test]
fn the_json_form_has_its_schema_and_all_numbers_of_a_group() {
    let commits = [commit("a1", MAY_2026, vec![ai("Amp", Strength::High)])];
    let json = serde_json::to_value(statistics(&commits, People::Hashed)).unwrap();
    assert_eq!(json["schema"], "sealbook/stats/1");
    assert_eq!(
        json["by_tool"]["rows"][0],
        serde_json::json!({
            "name": "Amp", "class": "ai", "total": 1, "ai": 1, "ai_in_part": 0, "human_evidence": 0,
            "automation": 0, "unknown": 0, "by_strength": {"certain": 0, "high": 1, "medium": 0, "low": 0}
        })
    );
}

prop_compose! {
    fn any_claim()(tool in "[A-D]|.{0,9}", class in 0..3usize, signal in 0..4usize, strength in 0..4usize,
                   part: bool, wrong: bool, model in proptest::option::of(".{0,5}")) -> sealbook_attribution::Claim {
        let signals = [Signal::Trailer, Signal::Author, Signal::Note, Signal::File];
        let class = [Class::Ai, Class::Automation, Class::Human][class];
        let mut made = claim(&tool, class, signals[signal], Strength::ALL[strength]);
        made.model = model;
        if part { made = in_part(made) }
        if wrong { made = invalid(made) }
        made
    }
}

proptest! {
    #[test]
    fn every_group_sums_and_exclusive_groups_sum_to_all(
        commits in proptest::collection::vec((any::<i64>(), proptest::collection::vec(any_claim(), 0..4), ".{0,4}", any::<bool>()), 0..30)
    ) {
        let commits: Vec<_> = commits.iter().map(|(seconds, claims, email, near)| {
            let seconds = if *near { MAY_2026 - seconds.rem_euclid(9_000 * DAY) } else { *seconds };
            let who = person("x", email, seconds);
            Commit::new("a1", who.clone(), who, claims.clone())
        }).collect();
        let statistics = statistics(&commits, People::Hashed);
        let total = statistics.commits.total;
        prop_assert_eq!(total, commits.len() as u64);
        let all = [&statistics.by_tool.rows, &statistics.by_model.rows, &statistics.by_source, &statistics.by_signal,
            &statistics.by_strength, &statistics.by_person.as_ref().unwrap().rows];
        prop_assert!(sums(&statistics.commits) && all.iter().all(|groups| groups.iter().all(|g| sums(&g.commits))));
        let sum = |groups: &[sealbook_report::Group]| groups.iter().map(|g| g.commits.total).sum::<u64>();
        prop_assert_eq!(sum(&statistics.by_strength), total);
        prop_assert_eq!(sum(&statistics.by_person.as_ref().unwrap().rows), total);
        let months = statistics.by_month.iter().map(|row| row.commits.total).sum::<u64>();
        prop_assert_eq!(months + statistics.out_of_range.before.total + statistics.out_of_range.after.total, total);
        prop_assert!(statistics.by_month.len() <= 12 * 47);
    }
}
