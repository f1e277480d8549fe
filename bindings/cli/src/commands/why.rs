//! `sealbook why`

use crate::args::Why;
use crate::claim::claim_line;
use crate::context::{Context, Outcome};
use crate::output::{Style, brief, escape, line, print};
use crate::progress;
use sealbook_common::reply::{self, word};
use sealbook_common::sealbook::{
    self, Claim, CommitVerdict as Verdict, Contradiction, Explanation, Extent, FileJudgement, FileRange,
    JudgedCommit, Relation, Result, Target, Time, WhyOptions, WorkingCopy,
};

/// Lines of one list: an explanation is to fit on a screen.
const MOST: usize = 12;

pub(crate) fn run(args: &Why, context: &Context) -> Result<Outcome> {
    let target = match (args.commit, args.file) {
        (true, _) => Target::Commit,
        (_, true) => Target::File,
        _ => Target::Auto,
    };
    let options = WhyOptions { target, revision: args.revision.clone() };
    let (path, target) = (args.repository.clone(), args.target.clone());
    let explanation =
        progress::run(context, "reading", move |progress| sealbook::why(&path, &target, &options, progress))?;
    let text = if context.json { reply::json(&explanation) + "\n" } else { shown(&explanation, context.out) };
    print(&text)?;
    Ok(Outcome::Good)
}

fn shown(explanation: &Explanation, style: Style) -> String {
    let mut page = Page { text: String::new(), style };
    if let Some(commit) = &explanation.commit {
        page.commit(commit);
    }
    if let Some(file) = &explanation.file {
        page.file(file);
        page.claims("the file says about itself", &explanation.comments);
    }
    page.text
}

struct Page {
    text: String,
    style: Style,
}

impl Page {
    fn commit(&mut self, commit: &JudgedCommit) {
        self.line(&self.style.strong(&format!("commit {}", commit.id)));
        self.line(&format!("  {}", brief(&commit.subject, 100)));
        let who = format!("{} <{}>", commit.author.name, commit.author.email);
        self.line(&format!("  {}, {}", brief(&who, 80), day(commit.author.time.seconds)));
        let in_part = if commit.extent == Some(Extent::Part) { ", about a part of it" } else { "" };
        let verdict = self.verdict(commit);
        self.line(&format!("{verdict}{in_part}"));
        if let Some(relation) = &commit.relation {
            let line = format!("  {}", related(relation));
            self.line(&line);
        }
        if let Some(origin) = &commit.origin {
            self.line(&format!("  attributed to its origin, {origin}"));
        }
        self.claims("evidence", &commit.claims);
        self.contradictions(&commit.contradictions);
    }

    fn file(&mut self, file: &FileJudgement) {
        let at = file.commit.get(..12).unwrap_or_default();
        self.line(&self.style.strong(&format!("{} at {at}", escape(&file.path))));
        if file.working_copy == WorkingCopy::Differs {
            self.line(&self.style.warn("  the file in the folder differs from this version"));
        }
        let lines = &file.lines;
        for (name, count) in [
            ("lines", lines.total),
            ("AI", lines.ai),
            ("statement of human work", lines.human_evidence),
            ("automation", lines.automation),
            ("unknown", lines.unknown),
        ] {
            self.line(&format!("{count:>8}  {name}"));
            if name == "AI" && lines.ai_in_part > 0 {
                let part = lines.ai_in_part;
                let line =
                    format!("{part:>10}  of them from commits claimed only in part, perhaps another part");
                self.line(&line);
            }
        }
        let known = file.ranges.iter().filter(|range| range.verdict != Verdict::Unknown);
        let known: Vec<_> = known.collect();
        if !known.is_empty() {
            self.line(&self.style.strong("known lines"));
        }
        for range in known.iter().take(MOST) {
            let line = range_line(range, file);
            self.line(&line);
        }
        self.more(known.len(), "ranges");
        self.claims("claims about it that cannot be true", &file.invalid);
        self.contradictions(&file.contradictions);
    }

    fn verdict(&self, commit: &JudgedCommit) -> String {
        let strength = commit.strength.map(|strength| word(&strength));
        match (commit.verdict, strength) {
            (Verdict::Ai, strength) => {
                let strength = strength.map_or_else(String::new, |strength| format!(", {strength}"));
                self.style.strong("AI") + &strength
            }
            (Verdict::HumanEvidence, _) => self.style.strong("stated to be human work"),
            (Verdict::Automation, _) => self.style.strong("automation"),
            (Verdict::Unknown, Some(strength)) => {
                self.style.strong("unknown") + &format!(": only hints ({strength}), which decide nothing")
            }
            (Verdict::Unknown, None) => {
                self.style.strong("unknown") + ": nothing was said, which does not make it human work"
            }
        }
    }

    fn claims(&mut self, name: &str, claims: &[Claim]) {
        if claims.is_empty() {
            return;
        }
        self.line(&self.style.strong(name));
        for claim in claims.iter().take(MOST) {
            let line = format!("  {}", claim_line(claim, self.style));
            self.line(&line);
        }
        self.more(claims.len(), "claims");
    }

    fn contradictions(&mut self, contradictions: &[Contradiction]) {
        for contradiction in contradictions.iter().take(MOST) {
            let line = self.style.warn(&format!("  contradiction: {}", brief(&contradiction.reason, 160)));
            self.line(&line);
        }
        self.more(contradictions.len(), "contradictions");
    }

    fn more(&mut self, count: usize, what: &str) {
        if count > MOST {
            let line = self.style.faint(&format!("  and {} more {what}: --json has all", count - MOST));
            self.line(&line);
        }
    }

    fn line(&mut self, text: &str) {
        line(&mut self.text, text);
    }
}

/// `START-END  verdict  tools  strength  from COMMIT subject`.
fn range_line(range: &FileRange, file: &FileJudgement) -> String {
    let lines = format!("{}-{}", range.start, range.end);
    let tools = range.tools.iter().map(|tool| escape(tool)).collect::<Vec<_>>().join(", ");
    let mut strength = range.strength.map_or_else(String::new, |strength| word(&strength));
    if range.extent == Some(Extent::Part) {
        strength += " (a part)";
    }
    let from = file.commits.get(range.commit).map_or_else(String::new, |commit| {
        format!("{} {}", commit.id.get(..12).unwrap_or_default(), brief(&commit.subject, 60))
    });
    format!("  {lines:<11} {:<14} {strength:<15} {tools}  {from}", word(&range.verdict))
}

/// What a commit does with another one. The id is as the message has it.
fn related(relation: &Relation) -> String {
    let (does, id) = match relation {
        Relation::Reverts(id) => ("takes back", id),
        Relation::Reapplies(id) => ("brings back what was taken back by", id),
        Relation::PickedFrom(id) => ("picked from", id),
    };
    format!("{does} {}", escape(id))
}

/// The day in UTC.
fn day(seconds: i64) -> String {
    let time = Time::from_micros(seconds.saturating_mul(1_000_000)).unwrap_or(Time::EPOCH).to_string();
    time.get(..10).unwrap_or_default().to_owned()
}
