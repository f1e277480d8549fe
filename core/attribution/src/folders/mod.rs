//! The folders whose files commits touch.

mod diff;

use crate::Unreadable;
use crate::object;
use crate::repository::{Objects, unreadable};
use crate::table::{Folders, Table};
use gix::hashtable::HashMap as IdMap;
use gix::{ObjectId, ThreadSafeRepository, oid};
use sealbook_error::{Code, Error, Result};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Consecutive commits that one thread takes. They share most of their trees, so a chunk should be long.
const CHUNK: usize = 4096;
/// Threads at most; each has caches of its own.
const MOST_THREADS: usize = 2;
/// Bytes of trees that a thread keeps at most.
const MOST_TREES: usize = 24 << 20;
/// How often it is asked whether to stop.
const PATIENCE: Duration = Duration::from_millis(50);

/// The trees of commits, where the walk has seen them.
pub(crate) type KnownTrees = IdMap<ObjectId, ObjectId>;

/// Finds the folders of the commits at `positions` against their first parents.
///
/// A root commit touches every folder, a merge none. What a partial clone does not have is touched by nobody; what is missing or
/// damaged elsewhere is counted.
pub(crate) fn find(
    repository: &ThreadSafeRepository,
    (table, known): (&Table, &KnownTrees),
    positions: &[u32],
    depth: u8,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<(Found, Unreadable)> {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let chunks: Vec<_> = positions.chunks(CHUNK).collect();
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get().min(MOST_THREADS));
    std::thread::scope(|scope| {
        let (done, results) = mpsc::channel();
        let mut workers = Vec::new();
        for _ in 0..threads.min(chunks.len()) {
            let (done, next, stop, chunks) = (done.clone(), &next, &stop, &chunks);
            workers.push(scope.spawn(move || {
                let mut worker = Worker::new(repository, (table, known), depth);
                while let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if done.send(worker.chunk(chunk, stop)).is_err() {
                        return;
                    }
                }
            }));
        }
        drop(done);
        let found = collect(&results, is_cancelled);
        stop.store(true, Ordering::Relaxed);
        let mut stopped = false;
        for worker in workers {
            stopped |= worker.join().is_err();
        }
        match found {
            Ok(_) if stopped => {
                Err(Error::new(Code::Git, "a thread that compares trees stopped at a defect"))
            }
            found => found,
        }
    })
}

/// The folders of commits, each by the commit's position.
type Found = Vec<(u32, BTreeSet<Arc<str>>)>;

fn collect(
    results: &mpsc::Receiver<(Found, Unreadable)>,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<(Found, Unreadable)> {
    let (mut found, mut unreadable) = (Vec::new(), Unreadable::default());
    loop {
        match results.recv_timeout(PATIENCE) {
            Ok((chunk, faults)) => {
                found.extend(chunk);
                unreadable.add(&faults);
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return Ok((found, unreadable)),
        }
        if is_cancelled() {
            return Err(Error::new(Code::Cancelled, "the scan was cancelled while it looked at folders"));
        }
    }
}

/// Puts what was found beside what an earlier scan knew.
pub(crate) fn fill(table: &mut Table, old: Option<&Table>, found: Found) {
    let mut folders = Folders::default();
    let mut known: HashMap<Arc<str>, u32> = HashMap::new();
    let mut index = |name: &Arc<str>, names: &mut Vec<Arc<str>>| {
        *known.entry(Arc::clone(name)).or_insert_with(|| {
            names.push(Arc::clone(name));
            u32::try_from(names.len() - 1).unwrap_or(u32::MAX)
        })
    };
    for (position, of_commit) in &found {
        if !of_commit.is_empty() {
            let of_commit = of_commit.iter().map(|name| index(name, &mut folders.names)).collect();
            folders.of.insert(*position, of_commit);
        }
    }
    if let Some(old) = old {
        for (position, row) in (0..).zip(&table.rows) {
            let before = old.position(&row.id).and_then(|before| old.folders.of.get(&before));
            let names = before.into_iter().flatten().filter_map(|name| old.folders.names.get(*name as usize));
            let of_commit: Vec<_> = names.map(|name| index(name, &mut folders.names)).collect();
            if !of_commit.is_empty() {
                folders.of.insert(position, of_commit);
            }
        }
    }
    table.folders = folders;
}

/// One thread's view of the repository.
struct Worker<'a> {
    objects: Objects,
    table: &'a Table,
    known: &'a KnownTrees,
    depth: u8,
    names: HashMap<Vec<u8>, Arc<str>>,
    trees: TreeCache,
}

/// Trees that were read, by their ids; forgotten all at once when they are too many.
#[derive(Default)]
struct TreeCache {
    trees: IdMap<ObjectId, Rc<[u8]>>,
    bytes: usize,
}

impl<'a> Worker<'a> {
    fn new(
        repository: &ThreadSafeRepository,
        (table, known): (&'a Table, &'a KnownTrees),
        depth: u8,
    ) -> Self {
        let objects = Objects::for_trees(&repository.to_thread_local());
        Self { objects, table, known, depth, names: HashMap::new(), trees: TreeCache::default() }
    }

    /// The folders of some commits. What cannot be read touches none.
    fn chunk(&mut self, chunk: &[u32], stop: &AtomicBool) -> (Found, Unreadable) {
        let (mut found, mut unreadable) = (Vec::with_capacity(chunk.len()), Unreadable::default());
        for position in chunk {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            match self.folders(*position) {
                Ok(folders) => found.push((*position, folders)),
                Err(error) => unreadable.tree(error.message()),
            }
        }
        (found, unreadable)
    }

    fn folders(&mut self, position: u32) -> Result<BTreeSet<Arc<str>>> {
        let mut touched = BTreeSet::new();
        let (Some(row), parents) = (self.table.row(position), self.table.parents(position)) else {
            return Ok(touched);
        };
        let Some(new) = self.known.get(&row.id).copied() else { return Ok(touched) };
        let (new, old) = match parents {
            [] => (self.tree(&new)?, Some(Rc::from([]))),
            [parent] => {
                let old = self.tree_of(parent)?;
                if old == new {
                    return Ok(touched);
                }
                (self.tree(&new)?, self.tree(&old)?)
            }
            _ => return Ok(touched),
        };
        let (Some(new), Some(old)) = (new, old) else { return Ok(touched) };
        let mut names = std::mem::take(&mut self.names);
        let id_len = row.id.as_slice().len();
        let result = diff::differing(self, (&old, &new), (b"", self.depth), id_len, &mut |path| {
            let name = match names.get(path) {
                Some(name) => Arc::clone(name),
                None => {
                    let name: Arc<str> = String::from_utf8_lossy(path).into();
                    names.insert(path.to_vec(), Arc::clone(&name));
                    name
                }
            };
            touched.insert(name);
        });
        self.names = names;
        result.map(|()| touched)
    }

    fn tree_of(&self, commit: &ObjectId) -> Result<ObjectId> {
        if let Some(tree) = self.known.get(commit) {
            return Ok(*tree);
        }
        let mut buffer = Vec::new();
        object::tree_of(self.objects.commit(commit, &mut buffer)?)
            .ok_or_else(|| unreadable(commit, "it names no tree"))
    }

    /// A tree; none if a partial clone does not have it.
    fn tree(&mut self, id: &ObjectId) -> Result<Option<Rc<[u8]>>> {
        if let Some(tree) = self.trees.trees.get(id) {
            return Ok(Some(Rc::clone(tree)));
        }
        let mut buffer = Vec::new();
        let Some(bytes) = self.objects.tree(id, &mut buffer)? else { return Ok(None) };
        let tree: Rc<[u8]> = bytes.into();
        if self.trees.bytes + tree.len() > MOST_TREES {
            self.trees = TreeCache::default();
        }
        self.trees.bytes += tree.len();
        self.trees.trees.insert(*id, Rc::clone(&tree));
        Ok(Some(tree))
    }
}

impl diff::Trees for Worker<'_> {
    fn with<T>(&mut self, id: &[u8], use_it: impl FnOnce(&mut Self, &[u8]) -> Result<T>) -> Result<T> {
        let tree = match oid::try_from_bytes(id) {
            Ok(id) => self.tree(&id.to_owned())?,
            Err(_) => None,
        };
        use_it(self, tree.as_deref().unwrap_or_default())
    }
}
