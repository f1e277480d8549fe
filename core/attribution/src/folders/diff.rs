//! Which folders differ between two trees, by the bytes of the trees.

use sealbook_error::Result;
use std::cmp::Ordering;

/// An entry of a tree, borrowed from its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry<'t> {
    mode: &'t [u8],
    name: &'t [u8],
    id: &'t [u8],
}

/// The entries of a tree. Bytes that are no tree end it.
struct Entries<'t> {
    rest: &'t [u8],
    id_len: usize,
}

impl<'t> Iterator for Entries<'t> {
    type Item = Entry<'t>;

    fn next(&mut self) -> Option<Entry<'t>> {
        let space = memchr::memchr(b' ', self.rest)?;
        let (mode, rest) = self.rest.split_at_checked(space)?;
        let rest = rest.get(1..)?;
        let nul = memchr::memchr(0, rest)?;
        let (name, rest) = rest.split_at_checked(nul)?;
        let (id, rest) = rest.get(1..)?.split_at_checked(self.id_len)?;
        self.rest = rest;
        Some(Entry { mode, name, id })
    }
}

impl Entry<'_> {
    fn is_tree(&self) -> bool {
        matches!(self.mode, b"40000" | b"040000")
    }

    /// git's order of entries: a folder is sorted as if its name ended in a slash.
    fn order(&self, other: &Self) -> Ordering {
        let common = self.name.len().min(other.name.len());
        let (own, its) = (self.name.split_at_checked(common), other.name.split_at_checked(common));
        let (Some((start, rest)), Some((its_start, its_rest))) = (own, its) else { return Ordering::Equal };
        let next = |rest: &[u8], entry: &Self| rest.first().copied().or(entry.is_tree().then_some(b'/'));
        start.cmp(its_start).then_with(|| next(rest, self).cmp(&next(its_rest, other)))
    }
}

/// Reads the bytes of a tree by its id.
pub(super) trait Trees {
    /// The tree, for a call of `use_it`.
    fn with<T>(&mut self, id: &[u8], use_it: impl FnOnce(&mut Self, &[u8]) -> Result<T>) -> Result<T>;
}

/// Calls `touch` with each folder that has a file of its own in one tree that is not the same in the other:
/// `.` for the root, else with a slash at its end. Below `depth` folders a difference counts for the folder that
/// it is in.
pub(super) fn differing(
    trees: &mut impl Trees,
    (old, new): (&[u8], &[u8]),
    (path, depth): (&[u8], u8),
    id_len: usize,
    touch: &mut impl FnMut(&[u8]),
) -> Result<()> {
    let mut old = Entries { rest: old, id_len }.peekable();
    let mut new = Entries { rest: new, id_len }.peekable();
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.order(new),
        };
        let before = if order.is_le() { old.next() } else { None };
        let after = if order.is_ge() { new.next() } else { None };
        if before == after {
            continue;
        }
        let is_tree = |entry: &Entry<'_>| entry.is_tree();
        if [before, after].iter().flatten().any(|entry| !entry.is_tree()) {
            touch(if path.is_empty() { b"." } else { path });
        }
        let (before, after) = (before.filter(is_tree), after.filter(is_tree));
        let Some(folder) = before.or(after) else { continue };
        let path = [path, folder.name, b"/"].concat();
        if depth <= 1 {
            touch(&path);
            continue;
        }
        with(trees, before, |trees, before| {
            with(trees, after, |trees, after| {
                differing(trees, (before, after), (&path, depth - 1), id_len, touch)
            })
        })?;
    }
}

fn with<T, R: Trees>(
    trees: &mut R,
    entry: Option<Entry<'_>>,
    use_it: impl FnOnce(&mut R, &[u8]) -> Result<T>,
) -> Result<T> {
    match entry {
        Some(entry) => trees.with(entry.id, use_it),
        None => use_it(trees, b""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeSet, HashMap};

    /// Trees by the first byte of their ids.
    struct Few(HashMap<u8, Vec<u8>>);

    impl Trees for Few {
        fn with<T>(&mut self, id: &[u8], use_it: impl FnOnce(&mut Self, &[u8]) -> Result<T>) -> Result<T> {
            let tree = self.0.get(&id[0]).cloned().unwrap_or_default();
            use_it(self, &tree)
        }
    }

    fn tree(entries: &[(&str, &str, u8)]) -> Vec<u8> {
        let entry = |(mode, name, id): &(&str, &str, u8)| {
            [mode.as_bytes(), b" ", name.as_bytes(), &[0], &[*id; 2]].concat()
        };
        entries.iter().flat_map(entry).collect()
    }

    fn of(old: &[u8], new: &[u8], depth: u8) -> Vec<String> {
        let inner = HashMap::from([
            (1, tree(&[("100644", "a", 9), ("40000", "deep", 3)])),
            (2, tree(&[("100644", "a", 9), ("40000", "deep", 4)])),
            (3, tree(&[("100644", "x", 8)])),
            (4, tree(&[("100644", "x", 7)])),
        ]);
        let mut found = BTreeSet::new();
        let touch = &mut |path: &[u8]| {
            found.insert(String::from_utf8_lossy(path).into_owned());
        };
        differing(&mut Few(inner), (old, new), (b"", depth), 2, touch).unwrap();
        found.into_iter().collect()
    }

    #[test]
    fn folders_are_named_to_the_depth_that_was_asked_for() {
        let old = tree(&[("100644", "README", 5), ("40000", "src", 1)]);
        let new = tree(&[("100644", "README", 5), ("40000", "src", 2)]);
        assert_eq!(of(&old, &new, 1), ["src/"]);
        assert_eq!(of(&old, &new, 2), ["src/deep/"]);
        assert_eq!(of(&old, &new, 3), ["src/deep/"]);
        assert_eq!(of(b"", &new, 2), [".", "src/", "src/deep/"]);
        assert_eq!(of(&new, b"", 2), [".", "src/", "src/deep/"]);
        assert_eq!(of(&new, &new, 2), [""; 0]);
    }

    #[test]
    fn a_mode_a_submodule_and_a_change_of_kind_are_differences() {
        let file = |mode: &str| tree(&[(mode, "x", 1)]);
        assert_eq!(of(&file("100644"), &file("100755"), 2), ["."]);
        assert_eq!(of(b"", &file("160000"), 2), ["."]);
        assert_eq!(of(&file("100644"), &file("40000"), 2), [".", "x/", "x/deep/"]);
    }

    #[test]
    fn a_folder_is_sorted_behind_a_file_with_a_dot_in_its_place() {
        let old = tree(&[("100644", "x.c", 5), ("40000", "x", 3), ("100644", "x0", 6)]);
        let new = tree(&[("100644", "x.c", 5), ("40000", "x", 4), ("100644", "x0", 6)]);
        assert_eq!(of(&old, &new, 2), ["x/"]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_compared_without_a_panic(old: Vec<u8>, new: Vec<u8>) {
            let _ = of(&old, &new, 3);
        }
    }
}
