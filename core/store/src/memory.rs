//! A ledger in memory: for tests, for short-lived runs whose ledger is exported at the end, and as the yardstick of the others.

use crate::entry::Entry;
use crate::ingest::now;
use crate::query::{Order, Page, Query};
use crate::store::{Batch, Receipt, Sealed, Store};
use crate::sync::RwLock;
use crate::tasks::{Changes, MemoryTables, TaskTables};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::verify::RawEntry;
use sealbook_ledger::{Chain, Draft, EntryId, Genesis, Hash, Header, Salt};
use sealbook_tasks::TaskId;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// A store that lasts as long as its process.
#[derive(Debug)]
pub struct MemoryStore {
    genesis: Genesis,
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    chain: Chain,
    rows: Vec<Row>,
    ids: HashMap<EntryId, u64>,
    tasks: MemoryTables,
}

#[derive(Debug)]
struct Row {
    header: Vec<u8>,
    leaf: Hash,
    salt: Salt,
    payload: Vec<u8>,
}

impl MemoryStore {
    /// An empty ledger but for its genesis entry.
    ///
    /// # Errors
    /// `IO` if the system's random generator fails.
    pub fn new(genesis: Genesis) -> Result<Self> {
        let (draft, time) = crate::ingest::genesis_draft(&genesis)?;
        let (chain, first) = Chain::begin(&genesis, draft.id(), *draft.salt(), time);
        let row =
            Row { header: first.bytes, leaf: first.leaf, salt: *draft.salt(), payload: draft.into_payload() };
        let ids = HashMap::from([(first.header.id, 0)]);
        Ok(Self {
            genesis,
            state: RwLock::new(State { chain, rows: vec![row], ids, tasks: MemoryTables::default() }),
        })
    }
}

impl State {
    /// The earlier entry with the draft's id, if kind and payload are the same.
    fn earlier(&self, draft: &Draft) -> Result<Option<Sealed>> {
        let Some(row) = self.ids.get(&draft.id()).and_then(|seq| self.rows.get(usize::try_from(*seq).ok()?))
        else {
            return Ok(None);
        };
        earlier(draft, &row.header, Some(&row.payload)).map(Some)
    }
}

/// The place of an entry that has the draft's id.
///
/// # Errors
/// `ID_CONFLICT` if its kind or payload is another one, `TAMPERED` if its header is malformed.
pub(crate) fn earlier(draft: &Draft, header: &[u8], payload: Option<&[u8]>) -> Result<Sealed> {
    let first = Header::parse(header)
        .map_err(|fault| Error::new(Code::Tampered, fault.to_string()).remedy("run verify"))?;
    if first.kind != *draft.kind() || payload != Some(draft.payload()) {
        let message =
            format!("id {} is that of entry {}, which has another kind or payload", draft.id(), first.seq);
        return Err(Error::new(Code::IdConflict, message)
            .remedy("repeat the call with the same record, or use a new id")
            .with("seq", first.seq));
    }
    Ok(Sealed {
        seq: first.seq,
        time: first.time,
        prev: first.prev,
        hash: sealbook_ledger::leaf_hash(header),
        commitment: first.commitment,
    })
}

impl Store for MemoryStore {
    fn genesis(&self) -> Option<&Genesis> {
        Some(&self.genesis)
    }

    fn size(&self) -> Result<u64> {
        Ok(self.state.read().chain.size())
    }

    fn commit(&self, batch: Batch) -> Result<Receipt> {
        let time = now()?;
        let mut state = self.state.write();
        let Batch { mut drafts, decide } = batch;
        let mut changes = decide.map(|decide| decide.take(&state.tasks, time)).transpose()?;
        drafts.extend(changes.iter_mut().flat_map(|changes| std::mem::take(&mut changes.drafts)));
        let submitted: HashSet<TaskId> = changes.iter().flat_map(Changes::submitted).collect();
        // All conflicts are found before anything is appended.
        let mut new: HashMap<EntryId, &Draft> = HashMap::new();
        for draft in drafts.iter().filter(|d| d.is_keyed()) {
            state.earlier(draft)?;
            if let Some(twin) = new.insert(draft.id(), draft) {
                same_record(twin, draft)?;
            }
        }
        let mut sealed = Vec::with_capacity(drafts.len());
        for draft in drafts {
            if draft.is_keyed()
                && let Some(place) = state.earlier(&draft)?
            {
                sealed.push(place);
                continue;
            }
            if let Some(id) = TaskId::from_bytes(*draft.id().as_bytes()).filter(|id| submitted.contains(id)) {
                state.tasks.note_submission(id, draft.payload());
            }
            let entry = state.chain.append(&draft, time, |_| {});
            sealed.push(Sealed::of(&entry));
            state.ids.insert(draft.id(), entry.header.seq);
            state.rows.push(Row {
                header: entry.bytes,
                leaf: entry.leaf,
                salt: *draft.salt(),
                payload: draft.into_payload(),
            });
        }
        if let Some(changes) = changes {
            state.tasks.write(changes);
        }
        Ok(Receipt { sealed })
    }

    fn read(&self, range: Range<u64>, visit: &mut dyn FnMut(u64, RawEntry<'_>) -> Result<()>) -> Result<()> {
        let state = self.state.read();
        let end = range.end.min(state.rows.len() as u64);
        for seq in range.start..end {
            let Some(row) = state.rows.get(seq as usize) else { break };
            let leaf = Some(row.leaf.as_bytes().as_slice());
            visit(
                seq,
                RawEntry {
                    header: &row.header,
                    salt: Some(row.salt.as_bytes()),
                    payload: Some(&row.payload),
                    leaf,
                },
            )?;
        }
        Ok(())
    }

    fn find(&self, id: EntryId) -> Result<Option<u64>> {
        Ok(self.state.read().ids.get(&id).copied())
    }

    fn tasks(&self, read: &mut dyn FnMut(&dyn TaskTables) -> Result<()>) -> Result<()> {
        read(&self.state.read().tasks)
    }

    fn query(&self, query: &Query) -> Result<Page> {
        let size = self.size()?;
        let begin = query.begin(size)?;
        let candidates: Box<dyn Iterator<Item = u64>> = match query.order {
            Order::Oldest => Box::new(begin..size),
            Order::Newest => Box::new((0..begin).rev()),
        };
        let mut page = Page { entries: Vec::new(), next: None };
        for seq in candidates {
            let Some(entry) = self.get(seq)? else { continue };
            if query.matches(&entry.header, entry.payload.as_deref()) {
                page.push(query, entry);
                if page.entries.len() == query.limit {
                    return Ok(page);
                }
            }
        }
        page.next = None;
        Ok(page)
    }
}

impl Page {
    /// Adds an entry; the page may go on behind it.
    pub(crate) fn push(&mut self, query: &Query, entry: Entry) {
        self.next = Some(query.after(entry.header.seq));
        self.entries.push(entry);
    }
}

/// Two drafts of one batch with the same id must be the same record.
pub(crate) fn same_record(a: &Draft, b: &Draft) -> Result<()> {
    if a.kind() == b.kind() && a.payload() == b.payload() {
        return Ok(());
    }
    Err(Error::new(
        Code::IdConflict,
        format!("id {} stands twice in the batch, with another kind or payload", b.id()),
    )
    .remedy("use a new id"))
}
