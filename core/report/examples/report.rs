//! Writes a report about invented commits to standard output, to look at.
//!
//! `cargo run -p sealbook-report --example report -- 80000 html`, or `markdown`, or `json`; `hostile` as a third
//! argument makes the texts as nasty as they can be.

use sealbook_attribution::{
    Catalogue, Claim, Class, Commit, Contradiction, Extent, Invalid, Person, Signal, Strength, Time,
};
use sealbook_ledger::{Hash, verify};
use sealbook_report::{Collector, Links, People, Report, Repository, Rules, TreeStatistics, html, markdown};
use std::io::Write;
use std::time::Instant;

const NOW: &str = "2026-11-23T10:15:30.000000Z";
const HOSTILE: &str = "</title></style><script>alert(1)</script><img src=x onerror=alert(2)> \"'`|& \u{202e}evil\u{200b} @all https://x.example [a](javascript:b)";
const TOOLS: [(&str, &str, Signal, Strength, u64); 8] = [
    ("Claude Code", "claude-code/co-author-noreply", Signal::Trailer, Strength::Certain, 46),
    ("GitHub Copilot", "copilot/coding-agent", Signal::Author, Strength::Certain, 18),
    ("Cursor", "cursor/co-author", Signal::Trailer, Strength::High, 13),
    ("Aider", "aider/name-suffix", Signal::Author, Strength::High, 9),
    ("Codex", "codex/co-author", Signal::Trailer, Strength::High, 6),
    ("Amp", "amp/co-author", Signal::Trailer, Strength::Medium, 4),
    ("Windsurf", "windsurf/message", Signal::Message, Strength::Low, 3),
    ("Devin", "devin/author", Signal::Author, Strength::Certain, 1),
];
const MODELS: [&str; 5] = ["claude-opus-4.6", "claude-sonnet-4.5", "gpt-5.2-codex", "gemini-3-pro", "o3"];
const FOLDERS: [&str; 9] = [
    "core/engine",
    "core/storage",
    "web/app",
    "web/components",
    "docs",
    "tests/integration",
    "tools",
    "bindings/python",
    ".",
];
const SUBJECTS: [&str; 6] = [
    "Keep the index in step with the rows that a failed sync left behind",
    "Parse durations with a fraction",
    "Fix the race between close and the last acknowledgement",
    "Bump serde from 1.0.228 to 1.0.229",
    "Say in the docs what a lease is",
    "Merge branch 'feature/streaming' into main",
];

/// A small generator, so that the same commits come out everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn one_of<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(usize::try_from(self.below(list.len() as u64)).ok()?)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().unwrap_or_else(|| "80000".to_owned()).parse()?;
    let form = arguments.next().unwrap_or_else(|| "html".to_owned());
    let hostile = arguments.next().is_some_and(|word| word == "hostile");

    let now = sealbook_ledger::Time::parse(NOW).ok_or("no time")?;
    let catalogue = Catalogue::built_in()?;
    let began = Instant::now();
    let mut collector = Collector::new(now, People::Full).catalogue(&catalogue);
    let mut dice = Dice(count);
    for nth in 0..count {
        add(&mut collector, &mut dice, nth, count, hostile);
    }
    let statistics = collector.finish();
    let counted = began.elapsed();

    let repository = Repository {
        name: if hostile { HOSTILE.to_owned() } else { "lighthouse".to_owned() },
        head: (count > 0).then(|| id(0)),
        links: if hostile { None } else { Links::of_remote("git@github.com:example/lighthouse.git") },
    };
    let rules = Rules { version: 1, rules: catalogue.rules().len(), digest: None, ..Rules::default() };
    let mut report = Report::new(repository, now, statistics, rules);
    if count != 1 {
        report = report.ledger(ledger(count));
    }
    if count > 1 {
        report = report.tree(tree());
    }
    let began = Instant::now();
    let text = match form.as_str() {
        "json" => serde_json::to_string_pretty(&report)?,
        "markdown" => markdown(&report),
        _ => html(&report),
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    let mut notes = std::io::stderr().lock();
    writeln!(
        notes,
        "{count} commits counted in {counted:?}, {} bytes of {form} in {:?}",
        text.len(),
        began.elapsed()
    )?;
    Ok(())
}

/// Newest first, as a scan brings them; AI comes up in the last two of fourteen years.
fn add(collector: &mut Collector, dice: &mut Dice, nth: u64, count: u64, hostile: bool) {
    const YEARS: u64 = 14;
    let age = nth as f64 / count.max(2) as f64;
    let days = (age * YEARS as f64 * 365.0) as i64;
    let seconds = match dice.below(4_000) {
        0 if count > 100 => 0,
        1 if count > 100 => 4_102_444_800,
        _ => 1_795_420_000 - days * 86_400 - i64::try_from(dice.below(80_000)).unwrap_or_default(),
    };
    let at = |seconds| Time { seconds, offset_minutes: 60 };
    let who = dice.below(24).min(dice.below(24));
    let (name, email) = (format!("Developer {who}"), format!("dev{who}@example.com"));
    let name = if hostile { format!("{name} {HOSTILE}") } else { name };
    let author = Person { name: name.clone().into(), email: email.into(), time: at(seconds) };
    let committer = Person { name: name.into(), email: "noreply@github.com".into(), time: at(seconds) };

    let chance = ((0.16 - age) / 0.16 * 55.0).max(0.0) as u64;
    let mut claims = Vec::new();
    if dice.below(100) < chance || count == 1 {
        claims.push(ai(dice, hostile));
        if dice.below(40) == 0 {
            let mut note = ai(dice, hostile);
            (note.signal, note.source, note.strength) =
                (Signal::Note, Signal::Note.source(), Strength::Certain);
            claims.push(note);
        }
        if dice.below(9) == 0 {
            claims.iter_mut().for_each(|claim| claim.extent = Extent::Part);
        }
        if dice.below(300) == 0 {
            let mut wrong = ai(dice, hostile);
            wrong.invalid =
                Some(Invalid { kind: "past_end", reason: "lines 90 to 120 of a file with 44".to_owned() });
            claims.push(wrong);
        }
    } else if dice.below(100) < 9 {
        let mut bot = Claim::new(
            "dependabot/author",
            "Dependabot",
            Class::Automation,
            Signal::Author,
            Strength::Certain,
        );
        bot.evidence = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>".to_owned();
        claims.push(bot);
    }
    let mut contradictions = Vec::new();
    if dice.below(400) == 0 {
        let mut human =
            Claim::new("human/statement", "person", Class::Human, Signal::Trailer, Strength::High);
        human.evidence = "Assisted-by: nobody".to_owned();
        if claims.iter().any(|claim| claim.class == Class::Ai) {
            contradictions.push(Contradiction {
                kind: "human_and_ai",
                reason: "human/statement says that a person did the work, another rule names an AI tool."
                    .to_owned(),
            });
        }
        claims.push(human);
    }
    let id = id(nth);
    let mut commit = Commit::new(&id, author, committer, claims);
    commit.subject =
        if hostile { HOSTILE } else { dice.one_of(&SUBJECTS).copied().unwrap_or_default() }.into();
    commit.contradictions = contradictions;
    let folders = 1 + dice.below(2);
    commit.folders =
        (0..folders).filter_map(|_| dice.one_of(&FOLDERS)).map(|folder| (*folder).into()).collect();
    collector.add(&commit);
}

fn ai(dice: &mut Dice, hostile: bool) -> Claim {
    let mut at = dice.below(100);
    let mut chosen = TOOLS.first();
    for tool in &TOOLS {
        chosen = Some(tool);
        if at < tool.4 {
            break;
        }
        at -= tool.4;
    }
    let (tool, rule, signal, strength, _) =
        chosen.copied().unwrap_or(("", "", Signal::Trailer, Strength::Low, 0));
    let tool = if hostile { format!("{tool} {HOSTILE}") } else { tool.to_owned() };
    let mut claim = Claim::new(rule, tool.clone(), Class::Ai, signal, strength);
    claim.model =
        if dice.below(3) > 0 { dice.one_of(&MODELS).map(|model| (*model).to_owned()) } else { None };
    let model = claim.model.as_deref().unwrap_or("unnamed model");
    claim.evidence = format!("Co-Authored-By: {tool} ({model}) <noreply@example.com>");
    claim
}

fn id(nth: u64) -> String {
    let hash = Hash::of(&nth.to_be_bytes()).to_string();
    hash.get(..40).unwrap_or_default().to_owned()
}

fn ledger(count: u64) -> verify::Report {
    verify::Report {
        schema: verify::Report::SCHEMA,
        verdict: verify::Verdict::Intact,
        entries: count + 1,
        root: Some(Hash::of(b"root")),
        origin: Some("example.org/ledgers/lighthouse".to_owned()),
        faults: Vec::new(),
        notes: Vec::new(),
        not_checked: vec![
            "rewriting: no checkpoint held elsewhere is known, so that nothing shows whether the whole was written anew"
                .to_owned(),
        ],
    }
}

fn tree() -> TreeStatistics {
    let claims: Vec<_> = ["web/app/main.ts", "web/app/router.ts", "core/engine/plan.rs"]
        .iter()
        .map(|path| {
            let mut claim =
                Claim::new("copilot/comment", "GitHub Copilot", Class::Ai, Signal::Comment, Strength::Medium);
            claim.path = Some((*path).to_owned());
            claim.evidence = "// Generated by GitHub Copilot".to_owned();
            claim
        })
        .collect();
    TreeStatistics::new(1_843, 3, 212, &claims)
}
