//! An export into a Python file object. Only the calling thread writes to it.

use crate::call::{TICK, watch};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use sealbook_common::Job;
use sealbook_common::sealbook::Ledger;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Pieces of some 64 KiB that may wait to be written.
const WAITING: usize = 16;

/// The other end of a pipe, on the thread that exports.
struct Pipe(SyncSender<Vec<u8>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The reader goes away only if the call is given up, and nobody hears of this error then.
        self.0.send(bytes.to_vec()).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes all entries to `file.write`, and returns how many.
pub(crate) fn export_to(
    py: Python<'_>,
    ledger: Arc<Ledger>,
    file: &Bound<'_, PyAny>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<u64> {
    let (sender, receiver) = sync_channel(WAITING);
    let job = crate::error::checked(py, Job::start(move |p| ledger.export(&mut Pipe(sender), p)))?;
    let told = |job: &Job<u64>| match progress {
        Some(callback) => callback.call1((job.progress().done(), job.progress().total())).map(drop),
        None => Ok(()),
    };
    let written = drain(py, receiver, |piece| {
        file.call_method1("write", (PyBytes::new(py, piece),))?;
        py.check_signals()?;
        told(&job)
    });
    if let Err(raised) = written {
        job.progress().cancel();
        py.detach(|| while job.wait(TICK).is_none() {});
        return Err(raised);
    }
    let count = watch(py, &job, || Ok(()))?;
    told(&job)?;
    Ok(count)
}

/// Passes on what comes, until the other end is gone. The receiver is dropped at the first error, which ends a blocked sender.
fn drain(
    py: Python<'_>,
    receiver: Receiver<Vec<u8>>,
    mut write: impl FnMut(&[u8]) -> PyResult<()>,
) -> PyResult<()> {
    let receiver = Mutex::new(receiver);
    let next = || receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(TICK);
    loop {
        match py.detach(next) {
            Ok(piece) => write(&piece)?,
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}
