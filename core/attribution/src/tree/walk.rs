//! The threads that walk a folder and judge its files.

use super::file::Reader;
use super::languages::{Languages, Named};
use super::report::{TreeReport, Why};
use super::search::{Scratch, Search};
use super::{TreeObserver, TreeOptions};
use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};
use sealbook_error::{Code, Error, Result};
use std::borrow::Cow;
use std::path::{MAIN_SEPARATOR, Path};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often the caller's thread reports progress and asks whether the scan was cancelled.
const PATIENCE: Duration = Duration::from_millis(50);
/// Folders that are no part of the work: those of version control, and Sealbook's own.
const NEVER: [&str; 5] = [".git", ".sealbook", ".hg", ".svn", ".jj"];

/// What all threads share.
struct Shared<'s> {
    root: &'s Path,
    /// Whether the root is a file or a link to one.
    root_is_file: bool,
    options: &'s TreeOptions,
    search: &'s Search<'s>,
    languages: Languages,
    files: AtomicU64,
    stop: AtomicBool,
    found: Mutex<TreeReport>,
}

pub(crate) fn run(
    root: &Path,
    options: &TreeOptions,
    search: &Search<'_>,
    observer: &mut dyn TreeObserver,
) -> Result<TreeReport> {
    let shared = Shared {
        root,
        root_is_file: root.is_file(),
        options,
        search,
        languages: Languages::new(),
        files: AtomicU64::new(0),
        stop: AtomicBool::new(false),
        found: Mutex::default(),
    };
    let walk = builder(root, options).build_parallel();
    let (walking, ended) = channel::<()>();
    std::thread::scope(|scope| {
        let shared = &shared;
        let walker = scope.spawn(move || {
            let _until_the_end = walking;
            walk.visit(&mut Visitors(shared));
        });
        while ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            observer.progress(shared.files.load(Ordering::Relaxed));
            if observer.is_cancelled() {
                shared.stop.store(true, Ordering::Relaxed);
            }
        }
        walker.join().map_err(|_| Error::new(Code::Internal, "a thread that scans files stopped at a defect"))
    })?;
    let files = shared.files.load(Ordering::Relaxed);
    if shared.stop.load(Ordering::Relaxed) || observer.is_cancelled() {
        return Err(Error::new(Code::Cancelled, format!("the scan was cancelled after {files} files")));
    }
    observer.progress(files);
    Ok(shared.found.into_inner().unwrap_or_else(PoisonError::into_inner).finish())
}

fn builder(root: &Path, options: &TreeOptions) -> WalkBuilder {
    // The library takes a bare hyphen for standard input.
    let root = if root == Path::new("-") { Path::new("./-") } else { root };
    let mut builder = WalkBuilder::new(root);
    builder
        .standard_filters(false)
        .git_ignore(!options.no_ignore)
        .git_exclude(!options.no_ignore)
        .ignore(!options.no_ignore)
        .parents(!options.no_ignore)
        .require_git(false)
        .follow_links(false)
        .threads(
            options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        )
        .filter_entry(|entry| !NEVER.iter().any(|name| entry.file_name() == *name));
    builder
}

struct Visitors<'s>(&'s Shared<'s>);

impl<'s> ParallelVisitorBuilder<'s> for Visitors<'s> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 's> {
        Box::new(Visitor {
            shared: self.0,
            reader: Reader::default(),
            scratch: Scratch::default(),
            found: TreeReport::default(),
        })
    }
}

/// One thread's part.
struct Visitor<'s> {
    shared: &'s Shared<'s>,
    reader: Reader,
    scratch: Scratch,
    found: TreeReport,
}

impl ParallelVisitor for Visitor<'_> {
    fn visit(&mut self, entry: std::result::Result<DirEntry, ignore::Error>) -> WalkState {
        if self.shared.stop.load(Ordering::Relaxed) {
            return WalkState::Quit;
        }
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => return WalkState::Continue,
            Ok(entry) => self.file(&entry),
            Err(error) if is_missing(&error) => self.found.skipped.count(Why::Vanished),
            Err(_) => self.found.skipped.count(Why::Unreadable),
        }
        self.shared.files.fetch_add(1, Ordering::Relaxed);
        WalkState::Continue
    }
}

impl Drop for Visitor<'_> {
    fn drop(&mut self) {
        let mut all = self.shared.found.lock().unwrap_or_else(PoisonError::into_inner);
        all.add(std::mem::take(&mut self.found));
    }
}

impl Visitor<'_> {
    fn file(&mut self, entry: &DirEntry) {
        let shown = shown(entry.path(), self.shared.root);
        let before = self.found.claims.len();
        self.shared.search.path(&shown, &mut self.found.claims);
        match self.content(entry, &shown) {
            Ok(()) => self.found.files.scanned += 1,
            Err(why) => self.found.skip(&shown, why),
        }
        self.found.files.flagged += u64::from(self.found.claims.len() > before);
    }

    fn content(&mut self, entry: &DirEntry, shown: &str) -> std::result::Result<(), Why> {
        // The caller may have named a link.
        let is_root = entry.depth() == 0;
        match entry.file_type() {
            Some(kind) if kind.is_file() || (kind.is_symlink() && is_root && self.shared.root_is_file) => {}
            Some(kind) if kind.is_symlink() && !is_root => return Err(Why::Symlink),
            _ => return Err(Why::Special),
        }
        let Shared { options, search, languages, .. } = self.shared;
        let named = languages.of_name(entry.path());
        let mut language = match named {
            Named::Known(language) => Some(language),
            _ => None,
        };
        let needs_content = search.needs_content();
        let text = self.reader.read(entry.path(), is_root, options.max_bytes, |head| {
            if let Named::PerhapsScript = named {
                language = languages.of_script(head);
            }
            needs_content && language.is_some()
        })?;
        if let (Some(text), Some(language)) = (text, language) {
            search.content(shown, language, text, &mut self.scratch, &mut self.found.claims);
        }
        Ok(())
    }
}

/// The path from the root with `/` between folders; a root that is a file is shown by its name.
fn shown<'p>(path: &'p Path, root: &Path) -> Cow<'p, str> {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let relative =
        if relative.as_os_str().is_empty() { path.file_name() } else { Some(relative.as_os_str()) };
    let text = relative.unwrap_or_default().to_string_lossy();
    if MAIN_SEPARATOR == '/' { text } else { Cow::Owned(text.replace(MAIN_SEPARATOR, "/")) }
}

fn is_missing(error: &ignore::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}
