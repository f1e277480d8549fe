//! Which claims are about which of a commit's lines, and what follows for them.

use crate::{Claim, Class, Extent, Judgement, Lines, Strength, Verdict};

/// The claims about a commit's version of a file, as indices into a pool of claims.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// About the commit or the file as a whole.
    pub(super) whole: Vec<usize>,
    /// About some lines of it.
    pub(super) lines: Vec<(Lines, usize)>,
}

/// What is known about lines, and the indices of the claims behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) verdict: Verdict,
    pub(super) tools: Vec<String>,
    pub(super) strength: Option<Strength>,
    pub(super) extent: Option<Extent>,
    pub(super) evidence: Vec<usize>,
    pub(super) conflict: Option<Conflict>,
}

/// Claims about a line that do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Conflict {
    /// The line is given to a tool and to a person.
    Lines,
    /// The line is given to a person, all of its commit to a tool.
    PersonInAi,
}

impl Evidence {
    /// Adds a claim of the pool.
    pub(super) fn add(&mut self, claim: &Claim, index: usize) {
        match claim.lines.is_empty() {
            true => self.whole.push(index),
            false => self.lines.extend(claim.lines.iter().map(|lines| (*lines, index))),
        }
    }

    /// Where, within lines, what is known may change: the first lines of the pieces, ascending.
    pub(super) fn cuts(&self, within: Lines) -> Vec<u32> {
        let ends = self.lines.iter().flat_map(|(lines, _)| [lines.start, lines.end.saturating_add(1)]);
        let mut cuts: Vec<_> = ends.filter(|at| within.start < *at && *at <= within.end).collect();
        cuts.push(within.start);
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }

    /// The claims about a line itself.
    pub(super) fn at(&self, line: u32) -> Vec<usize> {
        self.lines
            .iter()
            .filter(|(at, _)| at.start <= line && line <= at.end)
            .map(|(_, claim)| *claim)
            .collect()
    }

    /// What is known about a line. What is said about the line itself goes before what is said about the whole,
    /// which stays in the evidence. `extra` are more claims about the line.
    pub(super) fn of(&self, line: u32, extra: &[usize], pool: &[Claim]) -> Known {
        let mut close = self.at(line);
        close.extend_from_slice(extra);
        close.sort_unstable();
        close.dedup();
        let claims = |indices: &[usize]| -> Vec<Claim> {
            indices.iter().filter_map(|index| pool.get(*index).cloned()).collect()
        };
        let (near, far) = (claims(&close), claims(&self.whole));
        let is_near = Verdict::of(&near) != Verdict::Unknown;
        let deciding = if is_near { &near } else { &far };
        let judgement = Judgement::of(deciding);
        let counts = |claim: &&Claim| {
            claim.class == Class::Ai && claim.is_valid() && claim.strength >= Strength::Medium
        };
        let (mut tools, mut extent, mut strength) = (Vec::new(), None, None);
        if judgement.verdict == Verdict::Ai {
            tools = deciding.iter().filter(counts).map(|claim| claim.tool.clone()).collect();
            tools.sort_unstable();
            tools.dedup();
            let is_whole = deciding.iter().filter(counts).any(|claim| claim.extent == Extent::Whole);
            extent = Some(if is_whole { Extent::Whole } else { Extent::Part });
            strength = judgement.strength;
        }
        let has = |claims: &[Claim], class| {
            claims
                .iter()
                .any(|claim| claim.class == class && claim.is_valid() && claim.strength >= Strength::Medium)
        };
        let is_person = has(&near, Class::Human);
        let conflict = if is_person && has(&near, Class::Ai) {
            Some(Conflict::Lines)
        } else if is_person && Judgement::of(&far).extent == Some(Extent::Whole) {
            Some(Conflict::PersonInAi)
        } else {
            None
        };
        let mut evidence = close;
        evidence.extend_from_slice(&self.whole);
        Known { verdict: judgement.verdict, tools, strength, extent, evidence, conflict }
    }
}
