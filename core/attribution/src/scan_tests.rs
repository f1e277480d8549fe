//! Signals, merges, picks and references on small repositories, by a small catalogue.

use crate::common::{JANE, Repository, Scan};
use crate::{
    Catalogue, Claim, ClaimSource, Extent, HistoryOptions, JudgedCommit, Memory, Relation, Signal, Strength,
    Verdict, judge_commit, scan_remembering,
};
use sealbook_error::Result;
use std::sync::Arc;

const CLAUDE: &str = "Co-authored-by: Claude Opus 4.6 <noreply@anthropic.com>";
const FOOTER: &str = "Generated with Claude Code";

fn catalogue() -> Arc<Catalogue> {
    let rule = |id: &str, class: &str, signal: &str, strength: &str, rest: &str| {
        format!(
            r#"{{"id":"{id}","tool":"{id}","class":"{class}","signal":"{signal}","strength":"{strength}",{rest},
            "false_positives":"-","source":"-","examples":[],"counterexamples":[]}}"#
        )
    };
    let rules = [
        rule("t/branch", "ai", "branch", "medium", r#""pattern":"^codex/""#),
        rule(
            "t/co-author",
            "ai",
            "trailer",
            "high",
            r#""keys":["co-authored-by"],"emails":["noreply@anthropic.com"]"#,
        ),
        rule(
            "t/footer",
            "ai",
            "message",
            "high",
            r#""literals":["generated with claude"],"pattern":"^generated with (claude code)$","tool_pattern":"with (.+)""#,
        ),
        rule("t/human", "human", "trailer", "high", r#""keys":["ai-assisted"],"value_pattern":"none""#),
        rule("t/notes", "ai", "reference", "low", r#""pattern":"^refs/notes/whogitit$""#),
        rule("t/old", "ai", "reference", "high", r#""pattern":"^refs/ai/authorship/""#),
        rule("t/subject", "ai", "subject", "medium", r#""pattern":"^\\[codex\\] ""#),
        rule("t/bot", "automation", "author", "high", r#""emails":["bot@example.com"]"#),
    ];
    let text = format!(r#"{{"version":1,"rules":[{}]}}"#, rules.join(","));
    Arc::new(Catalogue::read(&[&text]).unwrap())
}

fn options() -> HistoryOptions {
    HistoryOptions::default().catalogue(catalogue())
}

fn scan(repository: &Repository) -> Scan {
    Scan::with(repository.path(), &options()).unwrap()
}

/// The rules of the claims about the newest commit.
fn rules(repository: &Repository) -> Vec<String> {
    scan(repository).commits[0].claims.iter().map(|claim| claim.rule.clone()).collect()
}

/// A branch with one commit, merged into main under a subject.
fn merged(repository: &Repository, branch: &str, subject: &str) {
    repository.git(&["checkout", "-q", "-b", branch]);
    repository.commit("work");
    repository.git(&["checkout", "-q", "main"]);
    repository.commit("on main");
    repository.git(&["merge", "-q", "--no-ff", "-m", subject, branch]);
}

#[test]
fn the_subject_and_the_message_are_looked_at() {
    let repository = Repository::new();
    for (message, expected) in [
        ("[codex] x", &["t/subject"][..]),
        ("x [codex] y", &[]),
        ("x\n\nbody\n\nGenerated with Claude Code\n\nSigned-off-by: J <j@x>", &["t/footer"]),
        ("x\n\nGENERATED WITH claude code", &["t/footer"]),
        ("x\n\nnot Generated with Claude Code", &[]),
    ] {
        repository.commit(message);
        assert_eq!(rules(&repository), expected, "{message}");
    }
    repository.commit(&format!("x\n\nbody\n{FOOTER}\nend\n"));
    let claim = &scan(&repository).commits[0].claims[0];
    assert_eq!(
        (claim.signal, claim.extent, claim.strength),
        (Signal::Message, Extent::Whole, Strength::High)
    );
    assert_eq!((claim.tool.as_str(), claim.evidence.as_str()), ("Claude Code", FOOTER));
}

#[test]
fn a_quotation_is_no_claim() {
    let repository = Repository::new();
    for message in [
        format!("x\n\n> {FOOTER}\n"),
        format!("x\n\n    {FOOTER}\n"),
        format!("x\n\n```\n{FOOTER}\n```\n"),
        format!("Revert \"x\"\n\nThis reverts commit 1234567.\n\nOriginal message:\n\n{FOOTER}\n"),
        format!("Revert \"x\"\n\nThis reverts commit 1234567.\n\nOriginal message:\n\nx\n\n{CLAUDE}\n"),
    ] {
        repository.commit(&message);
        assert_eq!(rules(&repository), [""; 0], "{message}");
    }
}

#[test]
fn a_merge_contains_the_work_of_the_branch_that_it_names() {
    let repository = Repository::new();
    repository.commit("root");
    merged(&repository, "codex/one", "Merge pull request #7 from owner/codex/one");
    repository.git(&["branch", "-q", "-D", "codex/one"]);
    let scan = scan(&repository);
    let merge = &scan.commits[0];
    assert_eq!((merge.verdict, merge.extent), (Verdict::Ai, Some(Extent::Part)));
    assert_eq!((merge.claims[0].signal, merge.claims[0].evidence.as_str()), (Signal::Branch, "codex/one"));
    assert_eq!((scan.summary.ai, scan.summary.part, scan.summary.total), (1, 1, 4));
    repository.commit("Merge branch 'codex/x'");
    assert_eq!(rules(&repository), [""; 0], "a commit with one parent is no merge");
}

#[test]
fn the_trailers_of_a_squash_say_what_it_contains() {
    let repository = Repository::new();
    repository.commit(&format!("x (#1)\n\n* one\n\n* two\n\n---------\n\n{CLAUDE}"));
    repository.commit(&format!("x\n\n{CLAUDE}"));
    let scan = scan(&repository);
    assert_eq!(scan.commits[0].extent, Some(Extent::Whole));
    assert_eq!(
        (scan.commits[1].extent, scan.commits[1].claims[0].extent),
        (Some(Extent::Part), Extent::Part)
    );
}

#[test]
fn a_branch_is_a_claim_on_its_tip_while_it_is_its_own() {
    let repository = Repository::new();
    repository.commit("root");
    merged(&repository, "codex/one", "merge");
    repository.git(&["update-ref", "refs/remotes/origin/codex/one", "codex/one"]);
    let tip = repository.git(&["rev-parse", "codex/one"]);
    let claims = |id: &str| {
        let scan = scan(&repository);
        let commit = scan.commits.into_iter().find(|commit| commit.id == id).unwrap();
        commit.claims.iter().map(|claim| (claim.rule.clone(), claim.strength)).collect::<Vec<_>>()
    };
    assert_eq!(claims(&tip), [("t/branch".to_owned(), Strength::Medium)]);
    repository.git(&["branch", "-q", "mine", &tip]);
    assert_eq!(claims(&tip), [], "whose work is it?");
    let below = repository.git(&["rev-parse", "main~1"]);
    repository.git(&["branch", "-q", "codex/begun", &below]);
    assert_eq!(claims(&below), [], "nothing may be done on it yet");
}

#[test]
fn references_tell_about_the_repository_and_about_commits_that_they_name() {
    let repository = Repository::new();
    let id = repository.commit("one");
    repository.git(&["update-ref", "refs/notes/whogitit", &id]);
    repository.git(&["update-ref", &format!("refs/ai/authorship/{id}"), &id]);
    let scan = scan(&repository);
    let rules: Vec<_> = scan.summary.repository.iter().map(|claim| claim.rule.as_str()).collect();
    assert_eq!(rules, ["t/notes", "t/old"]);
    assert_eq!(scan.summary.repository[0].commit, None);
    let claims = &scan.commits[0].claims;
    assert_eq!((claims.len(), claims[0].rule.as_str(), claims[0].signal), (1, "t/old", Signal::Reference));
    assert_eq!(claims[0].commit.as_ref(), Some(&id));
}

#[test]
fn a_revert_is_judged_by_its_own_trailers() {
    let repository = Repository::new();
    let id = repository.commit(&format!("x\n\n{CLAUDE}"));
    repository.commit(&format!("Revert \"x\"\n\nThis reverts commit {id}."));
    repository.commit(&format!("Revert \"x\"\n\nThis reverts commit {id}.\n\n{CLAUDE}"));
    let scan = scan(&repository);
    let verdicts: Vec<_> = scan.commits.iter().map(|commit| commit.verdict).collect();
    assert_eq!(verdicts, [Verdict::Ai, Verdict::Unknown, Verdict::Ai]);
    assert_eq!(scan.commits[1].relation, Some(Relation::Reverts(id)));
}

#[test]
fn a_pick_and_a_reapply_are_attributed_to_their_origin() {
    for short in [40, 12] {
        let repository = Repository::new();
        let id = repository.commit(&format!("x\n\n{CLAUDE}"));
        let named = &id[..short];
        let revert = repository.commit(&format!("Revert \"x\"\n\nThis reverts commit {named}."));
        repository.commit(&format!("Reapply \"x\"\n\nThis reverts commit {}.", &revert[..short]));
        let pick = repository.commit(&format!("x\n\n(cherry picked from commit {named})"));
        repository.commit(&format!("x\n\n(cherry picked from commit {pick})"));
        let scan = scan(&repository);
        for (n, verdict) in [(0, Verdict::Ai), (1, Verdict::Ai), (2, Verdict::Ai), (3, Verdict::Unknown)] {
            assert_eq!(scan.commits[n].verdict, verdict, "{n} {short}");
        }
        for n in 0..3 {
            let claim = &scan.commits[n].claims[0];
            assert_eq!(claim.origin.as_ref(), Some(&id));
            assert_eq!(claim.commit.as_ref(), Some(&scan.commits[n].id));
            assert_eq!(claim.strength, Strength::High);
        }
        assert_eq!(scan.summary.ai, 4);
    }
}

#[test]
fn a_pick_that_carries_the_trailer_is_worth_what_its_origin_is() {
    let repository = Repository::new();
    // The trailer of the origin is pushed up by a paragraph of another kind, and worth medium at most.
    let id = repository.commit(&format!("x\n\n{CLAUDE}\n\nRole: crew"));
    repository.commit(&format!("x\n\n{CLAUDE}\n(cherry picked from commit {id})"));
    let scan = scan(&repository);
    let claims = &scan.commits[0].claims;
    assert_eq!((claims.len(), claims[0].strength, &claims[0].origin), (1, Strength::Medium, &None));
}

#[test]
fn an_origin_that_is_not_in_the_history_adds_nothing() {
    let repository = Repository::new();
    repository.commit("root");
    repository.git(&["checkout", "-q", "-b", "side"]);
    let id = repository.commit(&format!("x\n\n{CLAUDE}"));
    repository.git(&["checkout", "-q", "main"]);
    repository.commit(&format!("x\n\n(cherry picked from commit {id})"));
    repository.commit("x\n\n(cherry picked from commit 0123456789)");
    let scan = scan(&repository);
    assert_eq!((scan.summary.ai, scan.summary.total), (0, 3));
    assert_eq!(scan.commits[1].relation, Some(Relation::PickedFrom(id)));
    assert_eq!(scan.ids(), repository.git(&["log", "--format=%H"]).lines().collect::<Vec<_>>());
}

#[test]
fn claims_that_do_not_fit_together_are_kept_and_named() {
    let repository = Repository::new();
    repository.commit(&format!("x\n\n{CLAUDE}\nAI-assisted: none"));
    repository.commit_as(("bot", "bot@example.com"), JANE, &format!("x\n\n{CLAUDE}"));
    let scan = scan(&repository);
    let kinds: Vec<_> = scan.commits.iter().map(|commit| commit.contradictions[0].kind).collect();
    assert_eq!(kinds, ["automation_and_ai", "human_and_ai"]);
    assert_eq!((scan.summary.contradicting, scan.summary.ai), (2, 2));
    assert!(scan.commits.iter().all(|commit| commit.claims.len() == 2));
}

/// Knows one commit.
#[derive(Debug)]
struct Elsewhere(String, Vec<Claim>);

impl ClaimSource for Elsewhere {
    fn claims(&self, commit: &str) -> Result<Option<Vec<Claim>>> {
        Ok((commit == self.0).then(|| self.1.clone()))
    }

    fn state(&self) -> String {
        format!("{self:?}")
    }
}

#[test]
fn claims_from_elsewhere_are_combined_with_those_of_the_commit() {
    let repository = Repository::new();
    let trailer = repository.commit(&format!("x\n\n{CLAUDE}"));
    let plain = repository.commit("y");
    let rule = &catalogue().rules()[0].clone();
    let claim =
        Claim { commit: Some(plain.clone()), path: Some("a".into()), ..Claim::by(rule, Signal::Note, b"n") };
    let options = options()
        .source(Arc::new(Elsewhere(plain, vec![claim.clone()])))
        .source(Arc::new(Elsewhere(trailer, Vec::new())));
    let scan = Scan::with(repository.path(), &options).unwrap();
    assert_eq!(scan.commits[0].claims, [claim]);
    assert_eq!(scan.commits[0].verdict, Verdict::Ai);
    assert_eq!(scan.commits[1].contradictions[0].kind, "note_and_trailer");
}

#[test]
fn one_commit_is_judged_as_in_a_scan() {
    let repository = Repository::new();
    let one = repository.commit(&format!("x\n\n{CLAUDE}\nAI-assisted: none"));
    merged(&repository, "codex/one", "Merge branch 'codex/one'");
    let revert = repository.commit(&format!("Revert \"x\"\n\nThis reverts commit {one}."));
    repository.commit(&format!("Reapply \"x\"\n\nThis reverts commit {revert}."));
    repository.git(&["branch", "-q", "codex/begun", "HEAD~2"]);
    for folders in [0, 2] {
        let options = options().folders(folders);
        let scan = Scan::with(repository.path(), &options).unwrap();
        for seen in &scan.commits {
            let JudgedCommit { claims, verdict, extent, contradictions, relation, parents, subject, .. } =
                judge_commit(repository.path(), &seen.id, &options).unwrap();
            assert_eq!(
                (&claims, verdict, extent, parents),
                (&seen.claims, seen.verdict, seen.extent, seen.parents)
            );
            assert_eq!(
                (contradictions, relation, &subject),
                (seen.contradictions.clone(), seen.relation.clone(), &seen.subject)
            );
        }
    }
    let judged = |revision: &str| judge_commit(repository.path(), revision, &options()).unwrap();
    assert_eq!(judged("HEAD").origin, Some(one));
    assert_eq!(judged("codex/one").branches, ["codex/one"]);
    repository.git(&["checkout", "-q", "--orphan", "other"]);
    let apart = repository.commit(&format!("y\n\n{CLAUDE}"));
    let pick = repository.commit(&format!("y\n\n(cherry picked from commit {apart})"));
    repository.git(&["checkout", "-q", "main"]);
    assert_eq!(judged(&pick).origin, Some(apart), "a commit outside the history has its own");
}

#[test]
fn a_memory_follows_the_rules_the_branches_and_the_sources() {
    let repository = Repository::new();
    repository.commit("root");
    merged(&repository, "codex/one", "merge");
    repository.commit(&format!("x\n\n{CLAUDE}"));
    let mut memory = Memory::default();
    let mut agree = |options: &HistoryOptions| {
        let fresh = Scan::with(repository.path(), options).unwrap();
        let figures = scan_remembering(repository.path(), options, &mut memory, &mut ()).unwrap();
        assert_eq!(figures, fresh.summary);
        let mut scan = Scan::default();
        let summary = scan_remembering(repository.path(), options, &mut memory, &mut scan).unwrap();
        assert_eq!((summary, scan.commits), (fresh.summary, fresh.commits));
        memory = Memory::from_bytes(memory.to_bytes().unwrap());
        figures.ai
    };
    assert_eq!(agree(&options()), 2);
    repository.git(&["branch", "-q", "mine", "codex/one"]);
    assert_eq!(agree(&options()), 1, "the tip is shared");
    repository.git(&["branch", "-q", "-D", "mine"]);
    assert_eq!(agree(&options()), 2);
    repository.git(&["branch", "-q", "-D", "codex/one"]);
    assert_eq!(agree(&options()), 1);
    repository.git(&["update-ref", "refs/notes/whogitit", "HEAD"]);
    agree(&options());
    let other = Catalogue::read(&[r#"{"version":1,"rules":[]}"#]).unwrap();
    assert_eq!(agree(&HistoryOptions::default().catalogue(Arc::new(other))), 0, "other rules");
    let root = repository.git(&["rev-list", "--max-parents=0", "HEAD"]);
    let claim = Claim::by(&catalogue().rules()[0].clone(), Signal::Note, b"n");
    assert_eq!(agree(&options().source(Arc::new(Elsewhere(root.clone(), vec![claim])))), 2);
    assert_eq!(agree(&options().source(Arc::new(Elsewhere(root, Vec::new())))), 1);
}
