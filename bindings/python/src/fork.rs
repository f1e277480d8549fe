//! What keeps a forked child from inheriting locks that nobody in it can release.
//!
//! A fork copies one thread and the locks of all. So no thread may be inside SQLite at that moment: those inside a ledger are waited
//! for by `Ledger::pause`, those that open or close one by the gate here. SQLite has locks of its own that all ledgers of a
//! process share, which is why the gate is one for all.

use pyo3::prelude::*;
use sealbook_common::sealbook::{Ledger, Result};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard, Weak};

/// Held for reading by every thread that opens or closes a ledger, and for writing during a fork.
static GATE: RwLock<()> = RwLock::new(());

/// The open ledgers. Changed by those inside the gate.
static OPEN: Mutex<Vec<Weak<Ledger>>> = Mutex::new(Vec::new());

thread_local! {
    /// What the thread that forks holds meanwhile. The child's only thread is its copy, and finds it here as well.
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

struct Held {
    ledgers: Vec<Arc<Ledger>>,
    _gate: RwLockWriteGuard<'static, ()>,
}

/// Opens a ledger that forks will know of. The interpreter's lock must not be held.
pub(crate) fn open(open: impl FnOnce() -> Result<Ledger>) -> Result<Arc<Ledger>> {
    let _inside = GATE.read().unwrap_or_else(PoisonError::into_inner);
    let ledger = Arc::new(open()?);
    let mut known = known();
    known.retain(|ledger| ledger.strong_count() > 0);
    known.push(Arc::downgrade(&ledger));
    Ok(ledger)
}

/// Closes a ledger. The interpreter's lock must not be held.
pub(crate) fn close(ledger: &Ledger) {
    inside(|| ledger.close());
}

/// Does what opens or closes connections. The interpreter's lock must not be held.
pub(crate) fn inside<T>(work: impl FnOnce() -> T) -> T {
    let _inside = GATE.read().unwrap_or_else(PoisonError::into_inner);
    work()
}

fn known() -> MutexGuard<'static, Vec<Weak<Ledger>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For `os.register_at_fork(before=...)`: waits until no thread is inside SQLite, and keeps them out.
///
/// The interpreter's lock is free meanwhile, since those inside may need it to come out.
#[pyfunction]
pub(crate) fn before_fork(py: Python<'_>) {
    py.detach(|| {
        let gate = GATE.write().unwrap_or_else(PoisonError::into_inner);
        let ledgers: Vec<_> = known().iter().filter_map(Weak::upgrade).collect();
        ledgers.iter().for_each(|ledger| ledger.pause());
        HELD.set(Some(Held { ledgers, _gate: gate }));
    });
}

/// For `os.register_at_fork(after_in_parent=..., after_in_child=...)`: lets the threads in again.
#[pyfunction]
pub(crate) fn after_fork(child: bool) {
    if let Some(held) = HELD.take() {
        let resume = if child { Ledger::resume_in_child } else { Ledger::resume };
        held.ledgers.iter().for_each(|ledger| resume(ledger));
    }
}
