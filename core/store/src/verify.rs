//! Running a verification: ranges at the same time, faults of reading included, and what a live store keeps beside the entries.

use crate::progress::Progress;
use crate::store::Store;
use rayon::prelude::*;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Genesis;
use sealbook_ledger::interchange::Line;
use sealbook_ledger::verify::{
    Before, Checker, Expected, FaultKind, Findings, Named, RawEntry, Report, Verification,
};
use std::collections::BTreeMap;
use std::io::{BufRead, Read, Seek, SeekFrom};
use std::ops::Range;

/// Entries in a range, a multiple of 256.
const RANGE: u64 = 4096;

/// So many numbers without an entry are listed one by one, and as many more as there are entries. A single row with a huge number
/// must not keep a verification busy for ever.
const SPARSE: u64 = 1 << 16;

/// The longest line of an export; a longer one is no entry.
const MAX_LINE: u64 = 256 << 20;

const REWRITING: &str = "rewriting: no checkpoint held elsewhere is known, so that nothing shows whether the whole was written anew";

/// Verifies a live ledger on the threads of `pool`. Entries that are appended meanwhile are not part of it.
///
/// # Errors
/// `CANCELLED`, and those of reading the store, but for damage to single entries: that is in the report.
pub fn verify(
    store: &dyn Store,
    expected: &Expected,
    pool: &rayon::ThreadPool,
    progress: &Progress,
) -> Result<Report> {
    // The mark first: entries are durable before it names them, so that it cannot be ahead of what is read next.
    let head = store.head();
    let whole = store.size()?;
    let size = if whole > SPARSE {
        whole.min(store.count()?.saturating_mul(2).saturating_add(SPARSE))
    } else {
        whole
    };
    progress.expect(size);
    let mut verification = Verification::new(store.genesis().cloned());
    if size < whole {
        let detail = format!("from here to number {} most entries are missing, too many to list", whole - 1);
        verification.fault(size, FaultKind::Missing, detail);
    }
    let mark = match head {
        Ok(mark) => mark,
        Err(error) if error.code() == Code::Tampered => {
            verification.fault(size, FaultKind::Truncated, error.message());
            None
        }
        Err(error) => return Err(error),
    };
    let cuts: Vec<u64> = mark.map(|(n, _)| n).into_iter().chain(expected.size).collect();
    let starts: Vec<u64> = (0..size.div_ceil(RANGE)).map(|n| n * RANGE).collect();
    let check = |start: &u64| check_range(store, *start..size.min(start + RANGE), &cuts, progress);
    let findings: Vec<Findings> = pool.install(|| starts.par_iter().map(check).collect::<Result<_>>())?;
    findings.into_iter().for_each(|found| verification.add(found));
    match store.audit_whole(&mut verification) {
        // As above: what cannot even be read is one fault.
        Err(error) if is_damage(&error) => verification.fault(0, FaultKind::Index, error.message()),
        audited => audited?,
    }
    let mut named = BTreeMap::new();
    for seq in verification.named() {
        // An entry that cannot be read is not the one that an erasure names.
        let _ = store.read(seq..seq + 1, &mut |seq, raw| {
            named.insert(seq, Named::read(&raw));
            Ok(())
        });
    }
    if expected.root.is_none() {
        verification.not_checked(REWRITING);
    }
    if let Some((n, root)) = mark {
        verification.known(n, root, "the head mark");
    }
    Ok(verification.finish(expected, &named))
}

fn is_damage(error: &Error) -> bool {
    matches!(error.code(), Code::LedgerCorrupt | Code::Internal)
}

fn check_range(store: &dyn Store, range: Range<u64>, cuts: &[u64], progress: &Progress) -> Result<Findings> {
    let ledger = store.genesis().map(Genesis::ledger);
    let before = match range.start.checked_sub(1) {
        None => Before::genesis(),
        Some(seq) => {
            let mut before = Before::entry(None);
            let _ = store.read(seq..seq + 1, &mut |_, raw| {
                before = Before::entry(Some(raw.header));
                Ok(())
            });
            before
        }
    };
    let mut checker = Checker::new(range.start, before, ledger);
    // An index that cannot even be read is one fault; the entries are judged all the same.
    let (mut audit, broken_index) = match store.audit(range.clone()) {
        Ok(audit) => (audit, None),
        Err(error) => (Box::new(crate::store::NoAudit) as Box<dyn crate::store::Audit>, Some(error)),
    };
    let mut differing = Vec::new();
    let mut next = range.start;
    while next < range.end {
        let read = store.read(next..range.end, &mut |seq, raw| {
            while next < seq {
                checker.missing("there is no entry with this number");
                next += 1;
            }
            let header = checker.entry(raw);
            audit.entry(seq, header.as_ref(), raw.payload, &mut |detail| differing.push((seq, detail)));
            next += 1;
            if next.is_multiple_of(256) { progress.advance(256) } else { Ok(()) }
        });
        match read {
            Ok(()) => {
                while next < range.end {
                    checker.missing("there is no entry with this number");
                    next += 1;
                }
            }
            Err(error) if is_damage(&error) => {
                checker.missing(&format!("it cannot be read: {}", error.message()));
                next += 1;
            }
            Err(error) => return Err(error),
        }
    }
    progress.advance((range.end - range.start) % 256)?;
    let mut found = checker.finish(cuts);
    for (seq, detail) in differing {
        found.fault(seq, FaultKind::Index, detail);
    }
    match broken_index {
        Some(error) => found.fault(range.start, FaultKind::Index, error.message()),
        None => audit.finish(&mut found)?,
    }
    found.forget_leaves();
    Ok(found)
}

/// Verifies an export: JSON lines as in format section 7.
///
/// # Errors
/// `CANCELLED`, and `IO` if the file cannot be read.
pub fn verify_export<R: BufRead + Seek>(
    mut file: R,
    expected: &Expected,
    pool: &rayon::ThreadPool,
    progress: &Progress,
) -> Result<Report> {
    let mut genesis = None;
    let mut verification = Verification::default();
    let mut last: Option<Vec<u8>> = None;
    let cuts: Vec<u64> = expected.size.into_iter().collect();
    let mut start = 0;
    loop {
        // As many ranges at once as there are threads, so that memory stays bounded.
        let lines = read_lines(&mut file, RANGE as usize * pool.current_num_threads())?;
        if start == 0 {
            genesis = lines.first().and_then(|line| Genesis::parse(Line::parse(line)?.payload?.as_bytes()));
            verification = Verification::new(genesis.clone());
        }
        if lines.is_empty() {
            break;
        }
        let ledger = genesis.as_ref().map(Genesis::ledger);
        let chunks: Vec<Chunk<'_>> = lines
            .chunks(RANGE as usize)
            .enumerate()
            .map(|(n, chunk)| {
                let offset = n * RANGE as usize;
                let before = offset.checked_sub(1).and_then(|at| lines.get(at)).or(last.as_ref());
                (start + offset as u64, before, chunk)
            })
            .collect();
        let check = |(start, before, lines): &Chunk<'_>| {
            let before = match before {
                None => Before::genesis(),
                Some(line) => Before::entry(Line::parse(line).as_ref().map(|l| l.header.as_bytes())),
            };
            let mut checker = Checker::new(*start, before, ledger);
            for line in *lines {
                check_line(&mut checker, line);
            }
            progress.advance(lines.len() as u64)?;
            let mut found = checker.finish(&cuts);
            found.forget_leaves();
            Ok(found)
        };
        let findings: Vec<Findings> = pool.install(|| chunks.par_iter().map(check).collect::<Result<_>>())?;
        findings.into_iter().for_each(|found| verification.add(found));
        start += lines.len() as u64;
        last = lines.into_iter().next_back();
    }
    if expected.root.is_none() {
        verification.not_checked(REWRITING);
    }
    let named = named_lines(file, verification.named().collect())?;
    Ok(verification.finish(expected, &named))
}

/// The number of the first line, the line in front, and the lines.
type Chunk<'a> = (u64, Option<&'a Vec<u8>>, &'a [Vec<u8>]);

fn check_line(checker: &mut Checker, line: &[u8]) {
    let Some(line) = Line::parse(line) else { return checker.missing("the line is not an entry") };
    let salt = line.salt.as_ref().map(|_| line.salt_bytes());
    // A salt of another length fits no commitment.
    let salt: Option<&[u8]> = salt.as_ref().map(|s| s.as_ref().map_or(&[] as &[u8], |s| s.as_bytes()));
    checker.entry(RawEntry {
        header: line.header.as_bytes(),
        salt,
        payload: line.payload.as_ref().map(String::as_bytes),
        leaf: None,
    });
}

/// Reads again what erasures name.
fn named_lines<R: BufRead + Seek>(mut file: R, mut wanted: Vec<u64>) -> Result<BTreeMap<u64, Named>> {
    let mut named = BTreeMap::new();
    wanted.sort_unstable();
    let Some(last) = wanted.last() else { return Ok(named) };
    file.seek(SeekFrom::Start(0))?;
    for seq in 0..=*last {
        let Some(line) = read_line(&mut file)? else { break };
        if wanted.binary_search(&seq).is_ok()
            && let Some(line) = Line::parse(&line)
        {
            named.insert(
                seq,
                Named::read(&RawEntry { header: line.header.as_bytes(), ..RawEntry::default() }),
            );
        }
    }
    Ok(named)
}

fn read_lines<R: BufRead>(file: &mut R, count: usize) -> Result<Vec<Vec<u8>>> {
    std::iter::from_fn(|| read_line(file).transpose()).take(count).collect()
}

/// The next line; an empty one stands for a line that is too long to be an entry.
fn read_line<R: BufRead>(file: &mut R) -> Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    file.take(MAX_LINE).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.len() as u64 == MAX_LINE && line.last() != Some(&b'\n') {
        line.clear();
        while !file.fill_buf()?.is_empty() {
            let buffer = file.fill_buf()?;
            let end = buffer.iter().position(|b| *b == b'\n');
            let used = end.map_or(buffer.len(), |at| at + 1);
            file.consume(used);
            if end.is_some() {
                break;
            }
        }
    }
    Ok(Some(line))
}
