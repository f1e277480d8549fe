//! The Merkle tree of RFC 6962 section 2.1, grown one leaf at a time, and its full tiles (C2SP tlog-tiles).

use crate::hash::{Hash, node_hash};

/// Hashes in a full tile.
pub const TILE_WIDTH: usize = 256;

/// Levels of the tree that one level of tiles spans.
const TILE_HEIGHT: u32 = 8;

/// The roots of the perfect subtrees that a tree of some size is made of, largest first.
///
/// ```
/// use sealbook_ledger::{Hash, node_hash, tree::Frontier};
/// let (a, b, c) = (Hash::of(b"a"), Hash::of(b"b"), Hash::of(b"c"));
/// let mut tree = Frontier::default();
/// assert_eq!(tree.root(), Hash::of(b""));
/// for leaf in [a, b, c] {
///     tree.push(leaf);
/// }
/// assert_eq!(tree.root(), node_hash(&node_hash(&a, &b), &c));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_subtree(0, leaf, |_, _| {});
    }

    /// Adds the root of a perfect subtree of 2^`level` leaves and tells `completed` of every larger one that it completes.
    ///
    /// The size must be a multiple of 2^`level`.
    pub fn push_subtree(&mut self, mut level: u32, mut root: Hash, mut completed: impl FnMut(u32, Hash)) {
        let added = 1 << level;
        while self.size >> level & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            root = node_hash(&left, &root);
            level += 1;
            completed(level, root);
        }
        self.peaks.push(root);
        self.size += added;
    }

    /// The root over all leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Hash::of(b"") };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// The root over a list of leaves.
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// The leaves of a range that begins at a multiple of 256, folded into the roots of their full tiles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Span {
    tiles: Vec<Hash>,
    rest: Vec<Hash>,
}

impl Span {
    /// The roots of the full tiles.
    pub(crate) fn tiles(&self) -> &[Hash] {
        &self.tiles
    }

    /// `None` if a leaf is missing.
    pub(crate) fn of(leaves: &[Option<Hash>]) -> Option<Self> {
        let leaves: Vec<Hash> = leaves.iter().copied().collect::<Option<_>>()?;
        let (tiles, rest) = leaves.as_chunks::<TILE_WIDTH>();
        Some(Self { tiles: tiles.iter().map(|tile| root(tile)).collect(), rest: rest.to_vec() })
    }
}

impl Frontier {
    pub(crate) fn extend(&mut self, span: &Span) {
        span.tiles.iter().for_each(|root| self.push_subtree(TILE_HEIGHT, *root, |_, _| {}));
        span.rest.iter().for_each(|leaf| self.push(*leaf));
    }
}

/// A full tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// 0 for leaves, 1 for the roots of full tiles of level 0, and so on.
    pub level: u32,
    /// Its place among the tiles of its level.
    pub index: u64,
    /// Its 256 hashes.
    pub hashes: Vec<Hash>,
    /// The root over them.
    pub root: Hash,
}

impl Tile {
    /// The 8,192 bytes that are stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(|h| h.as_bytes()).copied().collect()
    }
}

/// A growing tree that yields its tiles as they fill.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    frontier: Frontier,
    /// The hashes of each level that no full tile holds yet.
    edge: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree of `size` leaves, from what its full tiles do not hold: of each level, the hashes of the tile that is
    /// not full yet. `None` if their numbers are not those of a tree of that size.
    #[must_use]
    pub fn from_edge(size: u64, edge: Vec<Vec<Hash>>) -> Option<Self> {
        let width =
            |level: usize| size.checked_shr(level as u32 * TILE_HEIGHT).unwrap_or(0) % TILE_WIDTH as u64;
        if edge.iter().enumerate().any(|(level, hashes)| hashes.len() as u64 != width(level)) {
            return None;
        }
        let mut frontier = Frontier::default();
        for (level, hashes) in edge.iter().enumerate().rev() {
            hashes
                .iter()
                .for_each(|hash| frontier.push_subtree(level as u32 * TILE_HEIGHT, *hash, |_, _| {}));
        }
        (frontier.size == size).then_some(Self { frontier, edge })
    }

    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.frontier.size
    }

    /// The root over all leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Adds a leaf and hands over the tiles that it fills, lowest level first.
    pub fn push(&mut self, leaf: Hash, mut full: impl FnMut(Tile)) {
        let index = self.frontier.size;
        let mut arrivals = vec![(0, leaf)];
        self.frontier.push_subtree(0, leaf, |level, root| {
            if level % TILE_HEIGHT == 0 {
                arrivals.push((level / TILE_HEIGHT, root));
            }
        });
        let mut roots = arrivals.clone().into_iter().skip(1);
        for (level, hash) in arrivals {
            if self.edge.len() <= level as usize {
                self.edge.push(Vec::with_capacity(TILE_WIDTH));
            }
            let Some(hashes) = self.edge.get_mut(level as usize) else { continue };
            hashes.push(hash);
            if hashes.len() == TILE_WIDTH
                && let Some((_, root)) = roots.next()
            {
                let index = index >> ((level + 1) * TILE_HEIGHT);
                full(Tile { level, index, hashes: std::mem::take(hashes), root });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, word for word.
    fn reference(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of(b""),
            [leaf] => *leaf,
            _ => {
                let k = leaves.len().next_power_of_two() / 2;
                let (left, right) = leaves.split_at(k);
                node_hash(&reference(left), &reference(right))
            }
        }
    }

    fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| Hash::of(&i.to_be_bytes())).collect()
    }

    #[test]
    fn the_root_is_that_of_the_definition_at_every_size() {
        let leaves = leaves(300);
        let mut tree = Tree::default();
        for n in 0..leaves.len() {
            assert_eq!(tree.root(), reference(&leaves[..n]));
            tree.push(leaves[n], |_| {});
        }
    }

    #[test]
    fn tiles_hold_the_leaves_and_the_roots_of_tiles() {
        let leaves = leaves(65_536 + 300);
        let (mut tree, mut tiles) = (Tree::default(), Vec::new());
        leaves.iter().for_each(|leaf| tree.push(*leaf, |tile| tiles.push(tile)));
        assert_eq!(tiles.iter().filter(|t| t.level == 0).count(), 257);
        assert_eq!(tiles.iter().filter(|t| t.level == 1).count(), 1);
        for tile in &tiles {
            assert_eq!(tile.root, reference(&tile.hashes));
            if tile.level == 0 {
                let start = tile.index as usize * TILE_WIDTH;
                assert_eq!(tile.hashes, leaves[start..start + TILE_WIDTH]);
            } else {
                let below: Vec<_> = tiles.iter().filter(|t| t.level == 0).map(|t| t.root).collect();
                assert_eq!(tile.hashes, below[..TILE_WIDTH]);
            }
        }
        assert_eq!(tree.root(), reference(&leaves));
    }

    #[test]
    fn a_tree_grows_on_from_its_edge() {
        let leaves = leaves(70_000);
        for size in [0usize, 1, 255, 256, 257, 600, 65_535, 65_536, 65_537, 69_999] {
            let (mut whole, mut tiles) = (Tree::default(), Vec::new());
            leaves[..size].iter().for_each(|leaf| whole.push(*leaf, |tile| tiles.push(tile)));
            let level1: Vec<_> = tiles.iter().filter(|t| t.level == 0).map(|t| t.root).collect();
            let level2: Vec<_> = tiles.iter().filter(|t| t.level == 1).map(|t| t.root).collect();
            let rest = |all: &[Hash]| all[all.len() / TILE_WIDTH * TILE_WIDTH..].to_vec();
            let edge = vec![rest(&leaves[..size]), rest(&level1), rest(&level2)];
            let mut grown = Tree::from_edge(size as u64, edge.clone()).unwrap();
            assert_eq!(grown.root(), whole.root(), "size {size}");
            grown.push(leaves[size], |_| {});
            whole.push(leaves[size], |_| {});
            assert_eq!(grown.root(), whole.root());
            assert!(Tree::from_edge(size as u64 + 1, edge).is_none());
        }
    }
}
