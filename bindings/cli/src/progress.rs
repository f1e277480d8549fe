//! Long work on a thread of its own, with a progress bar, and ended by Ctrl-C.

use crate::context::Context;
use crate::interrupt::on_interrupt;
use indicatif::{ProgressBar, ProgressStyle};
use sealbook_common::Job;
use sealbook_common::sealbook::{Code, Error, Progress, Result};
use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(50);

/// What takes less is not worth a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long work that was told to stop may go on: it may be waiting for a pipe that nobody reads or fills.
const GRACE: Duration = Duration::from_secs(2);

/// Runs `work` and returns its outcome; `doing` is shown beside the bar. To be called once in a process.
pub(crate) fn run<T: Send + 'static>(
    context: &Context,
    doing: &'static str,
    work: impl FnOnce(&Progress) -> Result<T> + Send + 'static,
) -> Result<T> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = interrupted.clone();
    on_interrupt(move || flag.store(true, Ordering::Relaxed))?;
    let visible = !context.quiet && stderr().is_terminal();
    let started = Instant::now();
    let (mut bar, mut stopped): (Option<Bar>, Option<Instant>) = (None, None);
    let job = Job::start(work)?;
    loop {
        if let Some(outcome) = job.wait(TICK) {
            return outcome;
        }
        if interrupted.load(Ordering::Relaxed) {
            job.progress().cancel();
            if stopped.get_or_insert_with(Instant::now).elapsed() > GRACE {
                return Err(Error::new(Code::Cancelled, "the operation was cancelled"));
            }
        }
        if visible && started.elapsed() > PATIENCE {
            bar.get_or_insert_with(|| Bar::new(doing)).update(job.progress());
        }
    }
}

/// A bar on standard error, which vanishes when it is dropped.
struct Bar {
    bar: ProgressBar,
    bounded: bool,
}

impl Bar {
    fn new(doing: &'static str) -> Self {
        let bar = ProgressBar::new_spinner().with_message(doing);
        bar.set_style(style("{spinner} {msg}: {human_pos}, {elapsed}"));
        Self { bar, bounded: false }
    }

    fn update(&mut self, progress: &Progress) {
        let total = progress.total();
        if total > 0 && !self.bounded {
            self.bounded = true;
            self.bar.set_style(style("{msg} {wide_bar} {human_pos}/{human_len}, {eta} left"));
        }
        if total > 0 {
            self.bar.set_length(total);
        }
        self.bar.set_position(progress.done());
        self.bar.tick();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
