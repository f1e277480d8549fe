//! The cases of `tests/vectors/attribution`, each judged as its line there says.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "common/expect.rs"]
mod expect;
#[path = "common/recipe.rs"]
mod recipe;
#[path = "common/texts.rs"]
mod texts;

use expect::{Expect, Judged};
use recipe::{Built, Step};
use sealbook_attribution::{
    Catalogue, Commit, HistoryOptions, HistorySummary, Notes, Observer, TreeOptions, scan_history, scan_tree,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use texts::Text;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<C> {
    #[allow(dead_code, reason = "for readers")]
    format: String,
    cases: Vec<C>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextCase {
    name: String,
    #[serde(rename = "where")]
    place: String,
    text: Text,
    /// The name of the file that has the text.
    file: Option<String>,
    date: Option<String>,
    expect: Expect,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RepositoryCase {
    name: String,
    reason: String,
    #[serde(default)]
    init: Vec<String>,
    steps: Vec<Step>,
    /// The folder that is scanned.
    #[serde(default = "work")]
    scan: String,
    expect: RepositoryExpect,
}

fn work() -> String {
    "work".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RepositoryExpect {
    totals: Option<BTreeMap<String, u64>>,
    #[serde(default)]
    commits: BTreeMap<String, Expect>,
    /// What a scan of the files says.
    tree: Option<Expect>,
}

fn cases<C: DeserializeOwned>(name: &str) -> Vec<C> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/attribution");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    serde_json::from_str::<File<C>>(&text).unwrap().cases
}

/// Everything a scan reports.
#[derive(Default)]
struct Seen(BTreeMap<String, Judged>);

impl Seen {
    fn of(path: &Path, options: HistoryOptions) -> (HistorySummary, Self) {
        let mut seen = Self::default();
        let notes = Notes::open(path, &Arc::new(Catalogue::built_in().unwrap())).unwrap();
        let options = notes.into_iter().fold(options, |options, notes| options.source(Arc::new(notes)));
        let summary = scan_history(path, &options, &mut seen).unwrap();
        (summary, seen)
    }
}

impl Observer for Seen {
    fn commit(&mut self, commit: &Commit<'_>) {
        let judged = Judged {
            verdict: Some(commit.verdict),
            claims: commit.claims.clone(),
            relation: commit.relation.clone(),
            contradictions: commit.contradictions.clone(),
        };
        self.0.insert(commit.id.to_owned(), judged);
    }
}

/// What the files of a folder say.
fn of_files(folder: &Path) -> Judged {
    let catalogue = Catalogue::built_in().unwrap();
    let report = scan_tree(folder, &TreeOptions::default(), &catalogue, &mut ()).unwrap();
    Judged { claims: report.claims, ..Judged::default() }
}

impl TextCase {
    /// What is wrong with a judgement, with all that a reader needs.
    fn fault(&self, judged: &Judged) -> Option<String> {
        let faults = self.expect.faults(judged, &BTreeMap::new());
        let rules: Vec<_> =
            judged.claims.iter().map(|claim| (&claim.rule, &claim.tool, claim.strength)).collect();
        let Self { name, place, reason, .. } = self;
        let faults = faults.join("\n  ");
        (!faults.is_empty()).then(|| format!("{name} ({place}: {reason})\n  {faults}\n  claims: {rules:?}"))
    }
}

/// Fails with every case that was judged otherwise.
fn report(wrong: &[String], of: usize) {
    assert!(of > 30, "only {of} cases were found");
    assert!(wrong.is_empty(), "{} of {of} cases:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

fn is_about_a_file(case: &TextCase) -> bool {
    matches!(case.place.as_str(), "comment" | "file")
}

#[test]
fn every_case_has_a_name_of_its_own_and_a_reason() {
    let texts = cases::<TextCase>("texts.json").into_iter().map(|case| (case.name, case.reason));
    let repositories = cases::<RepositoryCase>("repositories.json").into_iter().flat_map(|case| {
        let commits = case.expect.commits.into_iter();
        let commits = commits.map(|(label, expect)| (format!("{}: {label}", case.name), expect.reason));
        commits.chain([(case.name.clone(), case.reason)]).collect::<Vec<_>>()
    });
    let mut names = BTreeSet::new();
    for (name, reason) in texts.chain(repositories) {
        assert!(!reason.is_empty(), "{name} has no reason");
        assert!(names.insert(name.clone()), "{name} is there twice");
    }
}

#[test]
fn texts_are_judged_as_the_vectors_say() {
    let cases: Vec<TextCase> = cases("texts.json");
    let built = Built::new(&[], &[]);
    let repository = built.path("work");
    let tree = recipe::run(recipe::clean_git(&repository, &repository).args(["write-tree"]), b"");
    let root = texts::write(&repository, &tree, &[], ("subject", b"root", None));
    let mut head = root.clone();
    let mut written = Vec::new();
    for case in cases.iter().filter(|case| !is_about_a_file(case)) {
        let mut parents = vec![head];
        if case.place == "branch" {
            parents.push(texts::write(&repository, &tree, &[&root], ("subject", b"side", None)));
        }
        let parents: Vec<_> = parents.iter().map(String::as_str).collect();
        let text = case.text.bytes();
        head = texts::write(&repository, &tree, &parents, (&case.place, &text, case.date.as_deref()));
        written.push((head.clone(), case));
    }
    let (_, seen) = Seen::of(&repository, HistoryOptions::default().revision(&head));
    let wrong: Vec<_> = written
        .iter()
        .filter_map(|(id, case)| {
            case.fault(seen.0.get(id).unwrap_or_else(|| panic!("{} was not seen", case.name)))
        })
        .collect();
    report(&wrong, written.len());
}

#[test]
fn files_are_judged_as_the_vectors_say() {
    let cases: Vec<TextCase> = cases("texts.json");
    let cases: Vec<_> = cases.iter().filter(|case| is_about_a_file(case)).collect();
    let mut wrong = Vec::new();
    for case in &cases {
        let folder = tempfile::tempdir().unwrap();
        let text = case.text.bytes();
        let (name, content) = match &case.file {
            Some(name) => (name.clone(), text),
            None => (String::from_utf8(text).unwrap(), b"x\n".to_vec()),
        };
        std::fs::write(recipe::with_folder(folder.path(), &name), content).unwrap();
        wrong.extend(case.fault(&of_files(folder.path())));
    }
    report(&wrong, cases.len());
}

#[test]
fn repositories_are_judged_as_the_vectors_say() {
    let cases: Vec<RepositoryCase> = cases("repositories.json");
    let mut wrong = Vec::new();
    for case in &cases {
        let built = Built::new(&case.init, &case.steps);
        let (summary, seen) = Seen::of(&built.path(&case.scan), HistoryOptions::default());
        let mut faults = Vec::new();
        let figures = serde_json::to_value(&summary).unwrap();
        for (verdict, expected) in case.expect.totals.iter().flatten() {
            if figures[verdict] != *expected {
                faults.push(format!("{verdict}: {}, expected {expected}", figures[verdict]));
            }
        }
        for (label, expect) in &case.expect.commits {
            let id = built.ids.get(label).unwrap_or_else(|| panic!("{}: no label {label}", case.name));
            let judged = seen.0.get(id).unwrap_or_else(|| panic!("{}: {label} was not seen", case.name));
            let found = expect.faults(judged, &built.ids);
            faults.extend(found.into_iter().map(|fault| format!("{label} ({}): {fault}", expect.reason)));
        }
        if let Some(expect) = &case.expect.tree {
            faults.extend(expect.faults(&of_files(&built.path(&case.scan)), &built.ids));
        }
        if !faults.is_empty() {
            wrong.push(format!("{} ({})\n  {}", case.name, case.reason, faults.join("\n  ")));
        }
    }
    report(&wrong, cases.len());
}
