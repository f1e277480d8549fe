//! Cancellation: a tree of tokens. Cancelling one cancels all below it, now and later.

use sealbook_store::sync::{Condvar, Mutex};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Asks work to stop. Clones are the same token.
///
/// ```
/// use sealbook_runtime::CancelToken;
///
/// let all = CancelToken::new();
/// let one = all.child();
/// all.cancel("shutting down");
/// assert_eq!((one.is_cancelled(), one.reason().as_deref()), (true, Some("shutting down")));
/// assert!(all.child().is_cancelled());
/// ```
#[derive(Debug, Clone, Default)]
pub struct CancelToken {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// Kept, so that a cancel from above arrives although nobody else holds the tokens in between.
    parent: Option<Arc<Shared>>,
}

#[derive(Debug, Default)]
struct State {
    reason: Option<Arc<str>>,
    children: Vec<Weak<Shared>>,
    /// How many children there may be before those that are gone are looked for.
    most: usize,
}

impl CancelToken {
    /// A token of its own.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that is cancelled with this one, or by itself. It is forgotten when it is dropped.
    #[must_use]
    pub fn child(&self) -> Self {
        let parent = Some(self.shared.clone());
        let shared = Shared { state: Mutex::default(), changed: Condvar::default(), parent };
        let child = Self { shared: Arc::new(shared) };
        let mut state = self.shared.state.lock();
        if let Some(reason) = &state.reason {
            child.shared.state.lock().reason = Some(reason.clone());
            return child;
        }
        if state.children.len() >= state.most {
            state.children.retain(|child| child.strong_count() > 0);
            state.most = (2 * state.children.len()).max(16);
        }
        state.children.push(Arc::downgrade(&child.shared));
        child
    }

    /// Cancels it and all below it. The first reason is kept.
    pub fn cancel(&self, reason: impl Into<String>) {
        self.shared.cancel(&Arc::from(reason.into()));
    }

    /// Whether it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.shared.state.lock().reason.is_some()
    }

    /// Why it was cancelled.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        self.shared.state.lock().reason.as_deref().map(str::to_owned)
    }

    /// Waits until it is cancelled, or for `timeout`. Returns whether it is.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let (mut state, mut is_over) = (self.shared.state.lock(), false);
        while state.reason.is_none() && !is_over {
            (state, is_over) = self.shared.changed.wait_until(state, deadline);
        }
        state.reason.is_some()
    }
}

impl Shared {
    fn cancel(self: &Arc<Self>, reason: &Arc<str>) {
        let mut open = vec![self.clone()];
        while let Some(shared) = open.pop() {
            let mut state = shared.state.lock();
            if state.reason.is_none() {
                state.reason = Some(reason.clone());
                open.extend(std::mem::take(&mut state.children).iter().filter_map(Weak::upgrade));
                shared.changed.notify_all();
            }
        }
    }
}

impl Drop for Shared {
    /// One after the other: a chain of any length would otherwise be dropped on the stack.
    fn drop(&mut self) {
        let mut above = self.parent.take();
        while let Some(shared) = above {
            above = Arc::into_inner(shared).and_then(|mut last| last.parent.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_reaches_everything_below_and_nothing_above() {
        let root = CancelToken::new();
        let (left, right) = (root.child(), root.child());
        let leaf = left.child();
        left.cancel("first");
        left.cancel("second");
        assert_eq!(leaf.reason().as_deref(), Some("first"));
        assert!(!root.is_cancelled() && !right.is_cancelled());
        root.cancel("all");
        assert_eq!((right.reason().as_deref(), leaf.reason().as_deref()), (Some("all"), Some("first")));
    }

    #[test]
    fn who_waits_is_woken() {
        let token = CancelToken::new();
        assert!(!token.wait(Duration::ZERO));
        let waiting = token.child();
        let thread = std::thread::spawn(move || waiting.wait(Duration::MAX));
        token.cancel("now");
        assert!(thread.join().unwrap());
    }

    #[test]
    fn children_that_are_gone_are_forgotten() {
        let root = CancelToken::new();
        let kept: Vec<_> = (0..10).map(|_| root.child()).collect();
        for _ in 0..100_000 {
            drop(root.child());
        }
        assert!(root.shared.state.lock().children.len() <= 32);
        root.cancel("all");
        assert!(kept.iter().all(CancelToken::is_cancelled));
    }

    #[test]
    fn a_cancel_arrives_although_nobody_holds_the_tokens_in_between() {
        let root = CancelToken::new();
        let leaf = (0..100).fold(root.clone(), |token, _| token.child());
        root.cancel("all");
        assert!(leaf.is_cancelled());
    }

    #[test]
    fn a_chain_of_any_depth_is_cancelled_and_dropped_on_a_small_stack() {
        let deep = || {
            let root = CancelToken::new();
            let leaf = (0..100_000).fold(root.clone(), |token, _| token.child());
            root.cancel("all");
            assert!(leaf.is_cancelled());
        };
        std::thread::Builder::new().stack_size(64 << 10).spawn(deep).unwrap().join().unwrap();
    }
}
