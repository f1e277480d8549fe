//! Commits whose work was done in another commit: picks and reapplies.

use crate::table::Table;
use crate::{Claim, Extent, Relation};
use gix::ObjectId;

/// Picks of picks that are followed. A hostile history could have any number.
const MOST_STEPS: usize = 64;

/// Finds the commits that messages name.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    /// All ids, once the walk is at its end: only then is a shortened id known to be unique.
    sorted: Option<Vec<ObjectId>>,
}

/// Where the commit's work was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In the commit itself, as far as the walked history tells.
    Here,
    /// In the commit at this position.
    At(u32),
    /// The commit that tells was not walked yet.
    NotYet,
}

impl Origins {
    /// From now on a commit that is not in the table is none of the walked history.
    pub(crate) fn end(&mut self, table: &Table) {
        let is_needed = table.relations.values().any(|relation| match relation {
            Relation::Reverts(id) | Relation::Reapplies(id) | Relation::PickedFrom(id) => is_short(id, table),
        });
        let mut sorted = Vec::new();
        if is_needed {
            sorted.extend(table.rows.iter().map(|row| row.id));
            sorted.sort_unstable();
        }
        self.sorted = Some(sorted);
    }

    /// Where the work of the commit at `position` was done, one step back.
    pub(crate) fn of(&self, table: &Table, position: u32) -> Origin {
        let found = match table.relations.get(&position) {
            None | Some(Relation::Reverts(_)) => return Origin::Here,
            Some(Relation::PickedFrom(id)) => self.find(table, id),
            Some(Relation::Reapplies(id)) => match self.find(table, id) {
                Origin::At(revert) => match table.relations.get(&revert) {
                    Some(Relation::Reverts(id)) => self.find(table, id),
                    _ => Origin::Here,
                },
                origin => origin,
            },
        };
        if found == Origin::At(position) { Origin::Here } else { found }
    }

    fn find(&self, table: &Table, id: &str) -> Origin {
        let found = match (ObjectId::from_hex(id.as_bytes()), &self.sorted) {
            (Ok(id), _) => table.position(&id),
            (Err(_), Some(sorted)) => table.by_prefix(sorted, id),
            (Err(_), None) => None,
        };
        match found {
            Some(position) => Origin::At(position),
            None if self.sorted.is_none() => Origin::NotYet,
            None => Origin::Here,
        }
    }

    /// The positions that a commit's work goes back through, itself first; none while that is not known.
    pub(crate) fn path(&self, table: &Table, position: u32) -> Option<Vec<u32>> {
        let mut path = vec![position];
        while let Some(last) = path.last().filter(|_| path.len() < MOST_STEPS) {
            match self.of(table, *last) {
                Origin::At(next) if !path.contains(&next) => path.push(next),
                Origin::NotYet => return None,
                Origin::At(_) | Origin::Here => break,
            }
        }
        Some(path)
    }
}

fn is_short(id: &str, table: &Table) -> bool {
    table.rows.first().is_some_and(|row| id.len() < row.id.kind().len_in_hex())
}

/// Adds to a commit's own claims those of the commit that its work was done in.
///
/// What both claim by the same rule is worth here what it is worth there. What only the origin claims is added
/// under its id: without lines, for they may stand elsewhere here, and therefore about a part.
pub(crate) fn inherit(own: &mut Vec<Claim>, commit: &str, origin: &str, claims: &[Claim]) {
    let same_rule = |own: &Claim, other: &Claim| own.rule == other.rule && own.path == other.path;
    for claim in claims.iter().filter(|claim| claim.is_valid()) {
        if let Some(same) = own.iter_mut().find(|own| own.is_valid() && same_rule(own, claim)) {
            if same.origin.is_none() {
                same.strength = claim.strength;
            }
            continue;
        }
        let extent = if claim.lines.is_empty() { claim.extent } else { Extent::Part };
        own.push(Claim {
            commit: Some(commit.to_owned()),
            lines: Vec::new(),
            extent,
            origin: Some(claim.origin.clone().unwrap_or_else(|| origin.to_owned())),
            ..claim.clone()
        });
    }
}
