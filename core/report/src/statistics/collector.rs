//! From commits to figures, one by one.

use super::counts::{Counts, Mark};
use super::evidence::{Doubt, Evidence, Top, strength_of};
use super::groups::{Bounded, Group};
use super::hidden::Names;
use super::months::Months;
use super::people::People;
use super::{Groups, Statistics};
use sealbook_attribution::{Catalogue, Class, Commit, Relation, Signal, Source, Strength, Unreadable};
use sealbook_ledger::Time;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Different names kept at most; a hostile history can make every one new.
const TOOLS: usize = 1_000;
const PEOPLE: usize = 50_000;
const FOLDERS: usize = 10_000;
const KINDS: usize = 100;
/// Claims of a commit that are looked at for its groups.
const CLASSES: [Class; 3] = [Class::Ai, Class::Automation, Class::Human];

/// Counts commits. Its memory is bounded whatever the history holds.
///
/// ```
/// use sealbook_attribution::{Claim, Class, Commit, Person, Signal, Strength, Time};
/// use sealbook_report::{Collector, People};
///
/// let jane = Person { name: "Jane".into(), email: "jane@example.com".into(), time: Time::default() };
/// let claim = Claim::new("amp/co-author", "Amp", Class::Ai, Signal::Trailer, Strength::High);
/// let now = sealbook_ledger::Time::EPOCH;
///
/// let mut collector = Collector::new(now, People::Full);
/// collector.add(&Commit::new("c0ffee", jane.clone(), jane.clone(), vec![claim]));
/// collector.add(&Commit::new("c0ffef", jane.clone(), jane, vec![]));
/// let statistics = collector.finish();
///
/// assert_eq!((statistics.commits.ai, statistics.commits.unknown), (1, 1));
/// assert_eq!(statistics.by_tool.rows[0].name, "Amp");
/// assert_eq!(statistics.by_person.unwrap().rows[0].name, "Jane <jane@example.com>");
/// ```
#[derive(Debug)]
pub struct Collector {
    people: People,
    /// Who is not to appear by name.
    hidden: Option<Names>,
    rules: HashMap<String, Strength>,
    commits: Counts,
    tools: [Bounded; 3],
    models: Bounded,
    strengths: BTreeMap<Option<Strength>, Counts>,
    sources: BTreeMap<Source, Counts>,
    signals: BTreeMap<Signal, Counts>,
    persons: Bounded,
    folders: Bounded,
    months: Months,
    relations: BTreeMap<&'static str, u64>,
    contradicted: u64,
    contradictions: BTreeMap<String, u64>,
    invalid: BTreeMap<String, u64>,
    doubts: BTreeMap<Doubt, u64>,
    strongest: Top<String>,
    doubtful: Top<Doubt>,
}

impl Collector {
    /// Nothing counted yet. `now` is the time at which the figures are made: a commit cannot be newer.
    #[must_use]
    pub fn new(now: Time, people: People) -> Self {
        Self {
            people,
            hidden: (people != People::Full).then(Names::default),
            rules: HashMap::new(),
            commits: Counts::default(),
            tools: [(); 3].map(|()| Bounded::new(TOOLS)),
            models: Bounded::new(TOOLS),
            strengths: BTreeMap::new(),
            sources: BTreeMap::new(),
            signals: BTreeMap::new(),
            persons: Bounded::new(PEOPLE),
            folders: Bounded::new(FOLDERS),
            months: Months::new(now),
            relations: BTreeMap::new(),
            contradicted: 0,
            contradictions: BTreeMap::new(),
            invalid: BTreeMap::new(),
            doubts: BTreeMap::new(),
            strongest: Top::new(),
            doubtful: Top::new(),
        }
    }

    /// Lets claims be recognised that are worth less than their rule says, and addresses that are a machine's.
    #[must_use]
    pub fn catalogue(mut self, catalogue: &Catalogue) -> Self {
        self.rules = catalogue.rules().iter().map(|rule| (rule.id.clone(), rule.strength)).collect();
        let of_machines = catalogue.rules().iter().filter(|rule| rule.class != Class::Human);
        for address in of_machines.flat_map(|rule| &rule.emails) {
            self.hidden.iter_mut().for_each(|names| names.machine(address));
        }
        self
    }

    /// Counts one commit.
    pub fn add(&mut self, commit: &Commit<'_>) {
        let mark = Mark::of(commit);
        self.commits.add(mark);
        self.months.add(commit.committer.time.seconds, mark);
        self.people.count(&mut self.persons, &commit.author, mark);
        self.hidden.iter_mut().for_each(|names| names.add(commit));
        for folder in &commit.folders {
            self.folders.count(folder, mark);
        }
        if let Some(relation) = &commit.relation {
            *self.relations.entry(word(relation)).or_default() += 1;
        }
        self.add_claims(commit, mark);
        self.contradicted += u64::from(!commit.contradictions.is_empty());
        for contradiction in &commit.contradictions {
            count(&mut self.contradictions, contradiction.kind);
        }
        for invalid in commit.claims.iter().filter_map(|claim| claim.invalid.as_ref()) {
            count(&mut self.invalid, invalid.kind);
        }
        self.offer(commit, mark);
    }

    fn add_claims(&mut self, commit: &Commit<'_>, mark: Mark) {
        let valid = || commit.claims.iter().filter(|claim| claim.is_valid());
        for (class, groups) in CLASSES.into_iter().zip(&mut self.tools) {
            let mut tools: BTreeMap<&str, Strength> = BTreeMap::new();
            for claim in valid().filter(|claim| claim.class == class) {
                let strongest = tools.entry(&claim.tool).or_insert(claim.strength);
                *strongest = claim.strength.max(*strongest);
            }
            for (tool, strongest) in tools {
                groups.count_tool(tool, class, strongest, mark);
            }
        }
        let ai = || valid().filter(|claim| claim.class == Class::Ai);
        for model in ai().filter_map(|claim| claim.model.as_deref()).collect::<BTreeSet<_>>() {
            self.models.count(model, mark);
        }
        let strongest = ai().map(|claim| claim.strength).max();
        self.strengths.entry(strongest).or_default().add(mark);
        for source in valid().map(|claim| claim.source).collect::<BTreeSet<_>>() {
            self.sources.entry(source).or_default().add(mark);
        }
        for signal in valid().map(|claim| claim.signal).collect::<BTreeSet<_>>() {
            self.signals.entry(signal).or_default().add(mark);
        }
    }

    /// Offers a commit to the lists of those worth a look.
    fn offer(&mut self, commit: &Commit<'_>, mark: Mark) {
        let doubts = Doubt::of(commit, mark.in_part, &self.rules);
        for doubt in &doubts {
            *self.doubts.entry(*doubt).or_default() += 1;
        }
        let strength = strength_of(commit);
        if strength > 0 {
            let ai = commit.claims.iter().filter(|claim| claim.is_valid() && claim.class == Class::Ai);
            let tool = ai.max_by_key(|claim| claim.strength).map(|claim| claim.tool.clone());
            self.strongest.offer(tool.unwrap_or_default(), strength, || {
                Evidence::new(commit, doubts.clone(), self.hidden.as_ref())
            });
        }
        if let Some(gravest) = doubts.first().copied() {
            let several = doubts.len() + commit.contradictions.len();
            let score = (Doubt::ALL.len() - gravest as usize) * 1_000 + several.min(999);
            self.doubtful
                .offer(gravest, score as u64, || Evidence::new(commit, doubts, self.hidden.as_ref()));
        }
    }

    /// The figures.
    #[must_use]
    pub fn finish(self) -> Statistics {
        let (by_month, out_of_range) = self.months.finish();
        let (mut strongest, mut doubtful) = (self.strongest.finish(), self.doubtful.finish());
        if let Some(names) = &self.hidden {
            // People of other commits are known only now.
            names.hide(strongest.iter_mut().chain(&mut doubtful).flat_map(Evidence::texts));
        }
        let strongest_first = Strength::ALL.into_iter().rev().map(Some).chain([None]);
        let by_strength = strongest_first.map(|strength| Group {
            name: strength.map_or("none", strength_word).to_owned(),
            commits: self.strengths.get(&strength).copied().unwrap_or_default(),
            ..Group::default()
        });
        Statistics {
            schema: Statistics::SCHEMA,
            commits: self.commits,
            by_tool: self.tools.into_iter().map(Bounded::finish).fold(Groups::default(), Groups::join),
            by_model: self.models.finish(),
            by_strength: by_strength.collect(),
            by_source: groups(self.sources, source_word),
            by_signal: groups(self.signals, signal_word),
            people: self.people,
            by_person: self.people.finish(self.persons),
            by_folder: self.folders.finish(),
            by_month,
            out_of_range,
            by_relation: self.relations,
            contradicted: self.contradicted,
            contradictions: self.contradictions,
            invalid_claims: self.invalid,
            unreadable: Unreadable::default(),
            unreadable_records: BTreeMap::new(),
            doubts: self.doubts,
            strongest,
            doubtful,
            hidden: self.hidden,
        }
    }
}

fn groups<K>(counts: BTreeMap<K, Counts>, word: impl Fn(K) -> &'static str) -> Vec<Group> {
    let group = |(key, commits)| Group { name: word(key).to_owned(), commits, ..Group::default() };
    let mut groups: Vec<_> = counts.into_iter().map(group).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.commits.total));
    groups
}

/// Kinds are few and our own, but a claim can come from elsewhere.
fn count(kinds: &mut BTreeMap<String, u64>, kind: &str) {
    if let Some(count) = kinds.get_mut(kind) {
        *count += 1;
    } else if kinds.len() < KINDS {
        kinds.insert(kind.to_owned(), 1);
    }
}

fn word(relation: &Relation) -> &'static str {
    match relation {
        Relation::Reverts(_) => "reverts",
        Relation::Reapplies(_) => "reapplies",
        Relation::PickedFrom(_) => "picked_from",
    }
}

/// The word that the JSON form of a strength is, too.
pub(crate) fn strength_word(strength: Strength) -> &'static str {
    match strength {
        Strength::Certain => "certain",
        Strength::High => "high",
        Strength::Medium => "medium",
        Strength::Low => "low",
    }
}

/// The word that the JSON form of a source is, too.
pub(crate) fn source_word(source: Source) -> &'static str {
    match source {
        Source::Recorded => "recorded",
        Source::Imported => "imported",
        Source::Claimed => "claimed",
        Source::Inferred => "inferred",
    }
}

/// The word that the JSON form of a signal is, too.
pub(crate) fn signal_word(signal: Signal) -> &'static str {
    match signal {
        Signal::Trailer => "trailer",
        Signal::Author => "author",
        Signal::Committer => "committer",
        Signal::Subject => "subject",
        Signal::Message => "message",
        Signal::Branch => "branch",
        Signal::Reference => "reference",
        Signal::Note => "note",
        Signal::Trace => "trace",
        Signal::Comment => "comment",
        Signal::File => "file",
    }
}
