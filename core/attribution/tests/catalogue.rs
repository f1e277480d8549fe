//! `docs/catalogue.md` says what the data says, and every known signal went somewhere.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use sealbook_attribution::{Catalogue, Lowered, Rule, RuleSignal};
use serde::Deserialize;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
struct Coverage {
    known: Vec<Known>,
    first: Vec<Known>,
}

/// A signal that somebody knows, and where it went.
#[derive(Deserialize)]
struct Known {
    label: String,
    signal: String,
    #[serde(default)]
    rules: Vec<String>,
    refused: Option<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn coverage() -> Coverage {
    let file = root().join("tests/vectors/attribution/catalogue_coverage.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn every_known_signal_has_rules_or_a_reason_for_its_refusal() {
    let (catalogue, coverage) = (Catalogue::built_in().unwrap(), coverage());
    assert_eq!((coverage.known.len(), coverage.first.len()), (141, 21));
    for known in coverage.known.iter().chain(&coverage.first) {
        assert_ne!(known.rules.is_empty(), known.refused.is_none(), "{}", known.label);
        assert!(known.refused.as_ref().is_none_or(|reason| reason.ends_with('.')), "{}", known.label);
        for id in &known.rules {
            assert!(catalogue.rule(id).is_some(), "{}: no rule {id}", known.label);
        }
    }
    let mut labels: Vec<_> =
        coverage.known.iter().chain(&coverage.first).map(|known| (&known.label, &known.signal)).collect();
    labels.sort_unstable();
    assert!(labels.windows(2).all(|pair| pair[0] != pair[1]));
}

/// Run with `UPDATE=1` to write the page after a change of the data.
#[test]
fn the_page_about_the_catalogue_is_up_to_date() {
    let file = root().join("docs/catalogue.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), page, "write it anew with UPDATE=1");
}

#[test]
fn the_example_of_the_page_does_what_the_page_says() {
    let mine = Catalogue::built_in().unwrap().with_settings(EXAMPLE).unwrap();
    assert_eq!(mine.switched_off().len(), 2);
    let found = mine.test("// Written by Acme Coder");
    assert_eq!((found[0].rule.as_str(), found.len()), ("acme-coder/comment", 1));
    assert_eq!(mine.test("Co-authored-by: Coder <coder@acme.example>")[0].rule, "acme-coder/co-author");
    assert_eq!(mine.changed(), ["acme-coder/co-author", "acme-coder/comment", "cursor/branch"]);
}

const EXAMPLE: &str = r#"[attribution]
off = ["agents-md/file", "devin/branch"]

[attribution.strength]
"cursor/branch" = "low"

[[attribution.rules]]
id = "acme-coder/co-author"
tool = "Acme Coder"
vendor = "Acme"
class = "ai"
signal = "trailer"
keys = ["co-authored-by"]
emails = ["coder@acme.example"]
strength = "high"
examples = ["Co-authored-by: Coder <coder@acme.example>"]
counterexamples = ["Co-authored-by: Jane Roe <jane@acme.example>"]

[[attribution.rules]]
id = "acme-coder/comment"
tool = "Acme Coder"
class = "ai"
signal = "comment"
literals = ["by acme coder"]
pattern = '\b(?:written|generated) by acme coder\b'
strength = "medium"
"#;

const SIGNALS: [(RuleSignal, &str, &str); 12] = [
    (
        RuleSignal::Trailer,
        "Trailers",
        "Trailers of a message. One that git does not count, or that stands behind a line ending in a colon, is worth \
         medium at most; one further up in the message counts by the exact address of a tool alone, and for a part.",
    ),
    (RuleSignal::Identity, "Author and committer", "Names and addresses of the author and of the committer."),
    (RuleSignal::Author, "Author alone", "Names and addresses of the author."),
    (RuleSignal::Committer, "Committer alone", "Names and addresses of the committer."),
    (RuleSignal::Subject, "Subjects", "The first paragraph of a message."),
    (
        RuleSignal::Message,
        "Messages",
        "The message outside its trailers. A squash merge carries the description of its pull request, so what tools write \
         there is looked for here.",
    ),
    (
        RuleSignal::Branch,
        "Branches",
        "Names of branches: of references to the commit, and in the subjects of merges.",
    ),
    (
        RuleSignal::Reference,
        "References",
        "Names of references. Their presence speaks of the repository, never of a commit.",
    ),
    (RuleSignal::Note, "Notes", "Read by a reader of their format."),
    (RuleSignal::Trace, "Traces", "Read by a reader of their format."),
    (
        RuleSignal::Comment,
        "Comments",
        "Comments of files, in the languages whose comments are known. A string is no comment.",
    ),
    (
        RuleSignal::File,
        "Files",
        "Paths of files. Always low: that a tool is set up says nothing about who wrote the code.",
    ),
];

fn page() -> String {
    let (catalogue, coverage) = (Catalogue::built_in().unwrap(), coverage());
    let mut page = format!(
        "# The catalogue of rules\n\n\
         Written from the data in `core/attribution/catalogue/`, version {}, {} rules: change the data, then\n\
         `UPDATE=1 cargo test -p sealbook-attribution --test catalogue`.\n\n\
         A rule says what to look at, what must match, and what a match is worth: *certain*, the identity of a machine, with no known\n\
         benign use; *high*, the exact default of a tool; *medium*, a convention that a person may share; *low*, an ambiguous word, or only\n\
         the presence of settings. Exact addresses beat names: people are called Claude, Devin, Jules, Cody, Goose and Warp. Everything is\n\
         compared without regard to case. All of it is text that anybody can write.\n",
        catalogue.version(),
        catalogue.rules().len()
    );
    for (signal, title, about) in SIGNALS {
        let rules: Vec<_> = catalogue.rules().iter().filter(|rule| rule.signal == signal).collect();
        if rules.is_empty() {
            continue;
        }
        write!(page, "\n## {title}\n\n{about}\n\n").unwrap();
        page.push_str("| rule | tool | strength | looks at | known to be wrong |\n|---|---|---|---|---|\n");
        for rule in rules {
            let strength = word(&rule.strength) + &rule.lowered.iter().map(lowered).collect::<String>();
            let cells = [
                format!("`{}`", rule.id),
                cell(&rule.tool),
                strength,
                looks_at(rule),
                cell(&rule.false_positives),
            ];
            writeln!(page, "| {} |", cells.join(" | ")).unwrap();
        }
    }
    refused(
        &mut page,
        "Refused",
        "Signals that others look for and this catalogue does not.",
        &coverage.known,
    );
    let about = "Marks and rules that the first Sealbook had and this one does not. Its fourteen marks in comments are all recognised.";
    refused(&mut page, "Refused of the first Sealbook", about, &coverage.first);
    write!(
        page,
        "\n## Rules of your own\n\n\
         In `sealbook.toml`, in the folder that is scanned or above it, as far as the root of the repository. An unknown key, an unknown id, \
         and a rule that\ncannot work are errors, so that a typo switches nothing off without a word.\n\n```toml\n{EXAMPLE}```\n\n\
         - `off` lists rules that are not to run. `sealbook rules list` still shows them.\n\
         - `strength` gives rules another strength.\n\
         - `rules` adds rules; one with the id of a rule above replaces it. The fields are those of the data. `source`, `false_positives`, `examples`\n  \
           and `counterexamples` may be left out; examples that are there are tried each time.\n\
         - Patterns are regular expressions of the Rust crate `regex`, on bytes. Those for name, address and value must match the whole; `pattern`\n  \
           matches anywhere, and `^` and `$` are the ends of a line. Rules for messages and comments need `literals`, texts of three bytes or more of\n  \
           which one stands in every match: only where one occurs is the pattern tried.\n\n\
         `sealbook rules test TEXT` says which rules match a text, wherever it might stand.\n"
    )
    .unwrap();
    page
}

fn refused(page: &mut String, title: &str, about: &str, all: &[Known]) {
    write!(page, "\n## {title}\n\n{about}\n\n| signal | where | why not |\n|---|---|---|\n").unwrap();
    for known in all {
        if let Some(reason) = &known.refused {
            writeln!(page, "| {} | {} | {} |", cell(&known.label), known.signal, cell(reason)).unwrap();
        }
    }
}

fn lowered(period: &Lowered) -> String {
    let until = period.until.as_ref().map_or(String::new(), |until| format!(" until {until}"));
    format!("; {} from {}{until}", word(&period.strength), period.from)
}

/// A rule's conditions, all of which must hold.
fn looks_at(rule: &Rule) -> String {
    let code = |text: &String| format!("`{}`", text.replace('|', "\\|"));
    let mut parts = Vec::new();
    if !rule.keys.is_empty() {
        parts.push(rule.keys.iter().map(code).collect::<Vec<_>>().join(", "));
    }
    let mut addresses: Vec<_> = rule.emails.iter().map(code).collect();
    addresses.extend(rule.github_apps.iter().map(|app| {
        let id = app.id.map_or(String::new(), |id| format!(" ({id})"));
        format!("app `{}`{id}", app.login)
    }));
    addresses.extend(rule.email_pattern.iter().map(|text| format!("address {}", code(text))));
    if !addresses.is_empty() {
        parts.push(addresses.join(" or "));
    }
    parts.extend(rule.name_pattern.iter().map(|text| format!("name {}", code(text))));
    parts.extend(rule.value_pattern.iter().map(|text| format!("value {}", code(text))));
    if matches!(rule.signal, RuleSignal::Message | RuleSignal::Comment) {
        // Their expressions are long; what they are about is said by a text that they match.
        parts.push(format!("such as {}", code(&rule.examples[0].replace('\n', " "))));
    } else {
        parts.extend(rule.pattern.iter().map(code));
    }
    if rule.fallback {
        parts.push("only where no other rule matches".into());
    }
    if parts.is_empty() { code(&rule.examples[0]) } else { parts.join("; ") }
}

fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}
