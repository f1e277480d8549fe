//! Commits by a name: of a tool, a model, a person, a folder.

use super::counts::{Counts, Mark, Strengths};
use crate::visible::shortened;
use sealbook_attribution::{Class, Strength};
use serde::Serialize;
use std::collections::HashMap;

/// Characters of a name that are kept.
const NAME: usize = 200;

/// The commits of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The name. Untrusted.
    pub name: String,
    /// For a tool: who its claims are about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// The commits, by what is known about them.
    #[serde(flatten)]
    pub commits: Counts,
    /// For a tool: the commits by its strongest claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_strength: Option<Strengths>,
}

/// Groups, most commits first.
///
/// A commit may belong to several: where it does, the groups sum to more than all commits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Groups {
    /// The groups.
    pub rows: Vec<Group>,
    /// Commits of names that came when there were too many different ones to keep; one for each commit and name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub others: Option<Counts>,
}

/// Groups in the making, of so many names at most.
#[derive(Debug)]
pub(crate) struct Bounded {
    most: usize,
    groups: HashMap<String, Group>,
    others: Counts,
}

impl Bounded {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, groups: HashMap::new(), others: Counts::default() }
    }

    /// Counts a commit to the group of `key`; `show` makes the name of a new group.
    pub(crate) fn add(
        &mut self,
        key: &str,
        mark: Mark,
        show: impl FnOnce(&str) -> Group,
    ) -> Option<&mut Group> {
        let key = shortened(key, NAME);
        if !self.groups.contains_key(&*key) {
            if self.groups.len() >= self.most {
                self.others.add(mark);
                return None;
            }
            self.groups.insert(key.to_string(), show(&key));
        }
        let group = self.groups.get_mut(&*key)?;
        group.commits.add(mark);
        Some(group)
    }

    /// Counts a commit to the group that is called like its key.
    pub(crate) fn count(&mut self, name: &str, mark: Mark) {
        self.add(name, mark, |name| Group { name: name.to_owned(), ..Group::default() });
    }

    /// Counts a commit to a tool.
    pub(crate) fn count_tool(&mut self, tool: &str, class: Class, strongest: Strength, mark: Mark) {
        let group = self.add(tool, mark, |name| Group {
            name: name.to_owned(),
            class: Some(class),
            by_strength: Some(Strengths::default()),
            ..Group::default()
        });
        if let Some(strengths) = group.and_then(|group| group.by_strength.as_mut()) {
            strengths.add(strongest);
        }
    }

    pub(crate) fn finish(self) -> Groups {
        let mut rows: Vec<_> = self.groups.into_values().collect();
        rows.sort_unstable_by(|a, b| b.commits.total.cmp(&a.commits.total).then_with(|| a.name.cmp(&b.name)));
        Groups { rows, others: (self.others.total > 0).then_some(self.others) }
    }
}

impl Groups {
    pub(crate) fn join(mut self, other: Groups) -> Groups {
        self.rows.extend(other.rows);
        if let Some(more) = other.others {
            self.others.get_or_insert_default().merge(&more);
        }
        self
    }
}
