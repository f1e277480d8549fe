//! Searching a ledger: filters, order, and cursors that stay true while the ledger grows.

use crate::entry::Entry;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{Facets, Header, Time};

/// The most entries on one page.
pub(crate) const MAX_PAGE: usize = 10_000;

/// Which entries, in which order. The default is the newest 100 of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Entries of this kind; a kind that ends in `.*` stands for all kinds under it.
    pub kind: Option<String>,
    /// Entries whose `actor.id` is this.
    pub actor: Option<String>,
    /// Entries whose `spec` is this.
    pub spec: Option<String>,
    /// Entries with this path among their `files`.
    pub path: Option<String>,
    /// Entries at or after this time.
    pub since: Option<Time>,
    /// Entries before this time.
    pub until: Option<Time>,
    /// Newest or oldest first.
    pub order: Order,
    /// Entries on a page, 1 to 10,000.
    pub limit: usize,
    /// Where the page before ended: its [`Page::next`].
    pub cursor: Option<String>,
}

/// The order of the entries, by their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
}

/// A page of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The cursor of the next page, if there may be one.
    pub next: Option<String>,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            kind: None,
            actor: None,
            spec: None,
            path: None,
            since: None,
            until: None,
            order: Order::Newest,
            limit: 100,
            cursor: None,
        }
    }
}

impl Query {
    /// Where to begin: the first number for oldest first, one past the last number for newest first.
    pub(crate) fn begin(&self, size: u64) -> Result<u64> {
        if !(1..=MAX_PAGE).contains(&self.limit) {
            return Err(Error::new(
                Code::InvalidQuery,
                format!("limit {} is not 1 to {MAX_PAGE}", self.limit),
            ));
        }
        let Some(cursor) = &self.cursor else {
            return Ok(if self.order == Order::Oldest { 0 } else { size });
        };
        let (order, seq) = cursor.split_at_checked(1).unwrap_or_default();
        match (order, seq.parse::<u64>(), self.order) {
            ("o", Ok(seq), Order::Oldest) => Ok(seq),
            ("n", Ok(seq), Order::Newest) => Ok(seq.min(size)),
            _ => Err(Error::new(
                Code::InvalidQuery,
                format!("cursor {cursor:?} is not of a query in this order"),
            )
            .remedy("pass the `next` of the page before, with the same order")),
        }
    }

    /// The cursor behind an entry.
    pub(crate) fn after(&self, seq: u64) -> String {
        match self.order {
            Order::Oldest => format!("o{}", seq + 1),
            Order::Newest => format!("n{seq}"),
        }
    }

    /// Whether an entry matches, judged by its own bytes.
    pub(crate) fn matches(&self, header: &Header, payload: Option<&[u8]>) -> bool {
        let kind = |wanted: &String| match wanted.strip_suffix('*') {
            Some(prefix) if prefix.ends_with('.') => header.kind.as_str().starts_with(prefix),
            _ => header.kind.as_str() == wanted,
        };
        self.kind.as_ref().is_none_or(kind)
            && self.since.is_none_or(|since| header.time >= since)
            && self.until.is_none_or(|until| header.time < until)
            && self.matches_facets(payload)
    }

    fn matches_facets(&self, payload: Option<&[u8]>) -> bool {
        if self.actor.is_none() && self.spec.is_none() && self.path.is_none() {
            return true;
        }
        let facets = payload.map(Facets::of).unwrap_or_default();
        self.actor.as_ref().is_none_or(|actor| facets.actor.as_ref().is_some_and(|a| a == actor))
            && self.spec.as_ref().is_none_or(|spec| facets.spec.as_ref().is_some_and(|s| s == spec))
            && self.path.as_ref().is_none_or(|path| facets.files.iter().any(|f| f == path))
    }
}
