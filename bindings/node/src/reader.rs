//! Short reads without blocking the caller: one thread for each ledger, however many reads there are at a time.

use sealbook_common::sealbook::{Code, Error, Result};
use std::sync::mpsc::{Sender, channel};

type Work = Box<dyn FnOnce() + Send>;

/// The thread. It ends when the reader is dropped, after what was handed in is done.
#[derive(Debug)]
pub(crate) struct Reader(Sender<Work>);

impl Reader {
    /// Starts the thread.
    pub(crate) fn start() -> Result<Self> {
        let (sender, receiver) = channel::<Work>();
        let spawned = std::thread::Builder::new()
            .name("sealbook-reader".to_owned())
            .spawn(move || receiver.into_iter().for_each(|work| work()));
        spawned.map_err(|e| Error::new(Code::Io, format!("a thread cannot be started: {e}")))?;
        Ok(Self(sender))
    }

    /// Runs `read` after what was handed in before, and hands its outcome to `settle`.
    pub(crate) fn submit<V>(
        &self,
        read: impl FnOnce() -> Result<V> + Send + 'static,
        settle: impl Fn(Result<V>) + Send + 'static,
    ) {
        let work = move || {
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
            settle(caught.unwrap_or_else(|_| {
                Err(Error::new(Code::Panic, "reading panicked").remedy("report this as a defect"))
            }));
        };
        if let Err(refused) = self.0.send(Box::new(work)) {
            // The thread lasts as long as the sender; should it be gone all the same, the caller still gets an outcome.
            (refused.0)();
        }
    }
}
