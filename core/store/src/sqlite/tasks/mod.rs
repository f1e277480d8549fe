//! The tables of tasks, in the ledger's file.
//!
//! A task is one JSON document, beside the few columns that are searched. Nothing here is evidence: what happened stands in the ledger.

mod write;

pub(super) use write::write;

use super::connection;
use crate::tasks::{TaskFilter, TaskRow, TaskTables, decode, unreadable};
use rusqlite::{Connection, OptionalExtension, Params, Row};
use sealbook_error::Result;
use sealbook_ledger::{Hash, Time};
use sealbook_tasks::idempotency::Remembered;
use sealbook_tasks::{Plea, PleaId, State, TaskId, Transition, WorkerId, WorkerLease};
use std::path::Path;

/// The tables, which schema version 2 adds.
pub(super) const TABLES: &str = "
    CREATE TABLE tasks(
        id BLOB PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, due INTEGER, worker TEXT, term INTEGER,
        document TEXT NOT NULL, result TEXT, progress TEXT
    ) STRICT;
    CREATE INDEX tasks_state ON tasks(state, id);
    CREATE INDEX tasks_due ON tasks(due) WHERE due IS NOT NULL;
    CREATE INDEX tasks_worker ON tasks(worker) WHERE worker IS NOT NULL;
    CREATE TABLE dependencies(task BLOB NOT NULL, dependent BLOB NOT NULL, PRIMARY KEY(task, dependent)) STRICT, WITHOUT ROWID;
    CREATE TABLE transitions(number INTEGER PRIMARY KEY AUTOINCREMENT, task BLOB NOT NULL, document TEXT NOT NULL) STRICT;
    CREATE INDEX transitions_task ON transitions(task);
    CREATE TABLE workers(id TEXT PRIMARY KEY, term INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE idempotency(slot TEXT PRIMARY KEY, task BLOB NOT NULL, subject BLOB NOT NULL, until INTEGER NOT NULL)
        STRICT, WITHOUT ROWID;
    CREATE TABLE pleas(id BLOB PRIMARY KEY, task BLOB NOT NULL, state TEXT NOT NULL, due INTEGER, document TEXT NOT NULL) STRICT;
    CREATE INDEX pleas_task ON pleas(task);
    CREATE INDEX pleas_due ON pleas(due) WHERE due IS NOT NULL;
    CREATE INDEX pleas_pending ON pleas(id) WHERE state = 'pending';
    CREATE TABLE documents(name TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;";

/// The tables as a connection sees them in its transaction.
pub(super) struct Tables<'a> {
    pub connection: &'a Connection,
    pub path: &'a Path,
}

impl Tables<'_> {
    fn sql<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|e| connection::error(e, self.path))
    }

    fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        self.sql(self.connection.prepare_cached(sql).and_then(|mut s| s.query_map(params, read)?.collect()))
    }

    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let found =
            self.connection.prepare_cached(sql).and_then(|mut s| s.query_row(params, read).optional());
        self.sql(found)
    }

    fn task_ids(&self, sql: &str, params: impl Params) -> Result<Vec<TaskId>> {
        self.all(sql, params, |row| row.get::<_, [u8; 16]>(0))?.into_iter().map(task_id).collect()
    }

    fn pleas_where(&self, sql: &str, params: impl Params) -> Result<Vec<Plea>> {
        let rows = self.all(sql, params, |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, String>(1)?)))?;
        rows.iter().map(|(id, document)| decode(&format!("plea {}", named(id)), document)).collect()
    }
}

impl TaskTables for Tables<'_> {
    fn task(&self, id: TaskId) -> Result<Option<TaskRow>> {
        let sql = "SELECT document, result, progress FROM tasks WHERE id = ?1";
        self.one(sql, [id.as_bytes()], raw)?.map(|raw| row(id.as_bytes(), raw)).transpose()
    }

    fn submission(&self, id: TaskId) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT payload FROM ids JOIN entries USING(seq) WHERE id = ?1";
        Ok(self.one(sql, [id.as_bytes()], |row| row.get::<_, Option<Vec<u8>>>(0))?.flatten())
    }

    fn list(&self, filter: &TaskFilter, visit: &mut dyn FnMut(TaskRow) -> Result<()>) -> Result<()> {
        let kind = filter.kind.as_ref().map(|kind| kind.as_str());
        let after = filter.after.map_or([0; 16], |after| *after.as_bytes());
        let limit = filter.limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(-1);
        let states: Vec<_> = filter.states.iter().map(|state| format!("'{state}'")).collect();
        let within =
            if states.is_empty() { String::new() } else { format!(" AND state IN ({})", states.join(",")) };
        let sql = format!(
            "SELECT document, result, progress, id FROM tasks
             WHERE id > ?1 AND (?2 IS NULL OR kind = ?2){within} ORDER BY id LIMIT ?3"
        );
        let mut statement = self.sql(self.connection.prepare(&sql))?;
        let mut rows = self.sql(statement.query((after, kind, limit)))?;
        let mut damaged = None;
        while let Some(found) = self.sql(rows.next())? {
            let id: [u8; 16] = self.sql(found.get(3))?;
            match row(&id, self.sql(raw(found))?) {
                Ok(row) => visit(row)?,
                Err(error) => damaged = damaged.or(Some(error)),
            }
        }
        damaged.map_or(Ok(()), Err)
    }

    fn counts(&self) -> Result<Vec<(State, u64)>> {
        let counts = self.all("SELECT state, count(*) FROM tasks GROUP BY state", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        let known = |(state, count): (String, u64)| {
            let state =
                State::parse(&state).ok_or_else(|| unreadable("a task", format!("state {state:?}")))?;
            Ok((state, count))
        };
        counts.into_iter().map(known).collect()
    }

    fn due(&self, until: Time, limit: usize) -> Result<Vec<TaskId>> {
        self.task_ids(
            "SELECT id FROM tasks WHERE due <= ?1 AND json_valid(document) ORDER BY due LIMIT ?2",
            (until.as_micros(), bounded(limit)),
        )
    }

    fn next_due(&self) -> Result<Option<Time>> {
        let first = |sql| self.one(sql, [], |row| row.get::<_, i64>(0));
        let task = first(
            "SELECT due FROM tasks WHERE due IS NOT NULL AND json_valid(document) ORDER BY due LIMIT 1",
        )?;
        let plea = first(
            "SELECT due FROM pleas WHERE due IS NOT NULL AND json_valid(document) ORDER BY due LIMIT 1",
        )?;
        task.into_iter().chain(plea).min().map(Time::from_micros).transpose()
    }

    fn lost(&self, now: Time, limit: usize) -> Result<Vec<TaskId>> {
        // Whether a row can be read is asked about those that are lost alone: it takes longer than all the rest.
        self.task_ids(
            "WITH lost AS MATERIALIZED (
                 SELECT tasks.id, document FROM tasks LEFT JOIN workers ON workers.id = tasks.worker
                 WHERE tasks.worker IS NOT NULL
                 AND (workers.id IS NULL OR workers.term <> tasks.term OR workers.expires <= ?1))
             SELECT id FROM lost WHERE json_valid(document) ORDER BY id LIMIT ?2",
            (now.as_micros(), bounded(limit)),
        )
    }

    fn dependents(&self, task: TaskId) -> Result<Vec<TaskId>> {
        self.task_ids("SELECT dependent FROM dependencies WHERE task = ?1", [task.as_bytes()])
    }

    fn history(&self, task: TaskId) -> Result<Vec<Transition>> {
        let sql = "SELECT document FROM transitions WHERE task = ?1 ORDER BY number";
        let documents = self.all(sql, [task.as_bytes()], |row| row.get::<_, String>(0))?;
        let what = format!("a transition of task {task}");
        documents.iter().map(|document| decode(&what, document)).collect()
    }

    fn feed(&self, behind: u64, visit: &mut dyn FnMut(u64, Transition) -> Result<bool>) -> Result<()> {
        let sql = "SELECT number, document FROM transitions WHERE number > ?1 ORDER BY number";
        let mut statement = self.sql(self.connection.prepare_cached(sql))?;
        let mut rows = self.sql(statement.query([i64::try_from(behind).unwrap_or(i64::MAX)]))?;
        let mut damaged = None;
        while let Some(row) = self.sql(rows.next())? {
            let (number, document): (i64, String) =
                self.sql(row.get(0).and_then(|n| Ok((n, row.get(1)?))))?;
            match decode(&format!("transition {number}"), &document) {
                Ok(transition) => {
                    if !visit(number.unsigned_abs(), transition)? {
                        break;
                    }
                }
                Err(error) => damaged = damaged.or(Some(error)),
            }
        }
        damaged.map_or(Ok(()), Err)
    }

    fn last_number(&self) -> Result<u64> {
        let last = self.one("SELECT max(number) FROM transitions", [], |row| row.get::<_, Option<i64>>(0))?;
        Ok(last.flatten().map_or(0, i64::unsigned_abs))
    }

    fn worker(&self, id: &WorkerId) -> Result<Option<WorkerLease>> {
        let sql = "SELECT term, expires FROM workers WHERE id = ?1";
        let found = self.one(sql, [id.as_str()], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        let lease = |(term, expires): (i64, i64)| {
            let expires_at = Time::from_micros(expires)?;
            Ok(WorkerLease { worker: id.clone(), term: term.unsigned_abs(), expires_at })
        };
        found.map(lease).transpose()
    }

    fn remembered(&self, slot: &str) -> Result<Option<Remembered>> {
        let sql = "SELECT task, subject, until FROM idempotency WHERE slot = ?1";
        let found = self.one(sql, [slot], |row| {
            Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, [u8; 32]>(1)?, row.get::<_, i64>(2)?))
        })?;
        let remembered = |(task, subject, until): ([u8; 16], [u8; 32], i64)| {
            let subject = Hash::from_slice(&subject).unwrap_or_default();
            Ok(Remembered { task: task_id(task)?, subject, until: Time::from_micros(until)? })
        };
        found.map(remembered).transpose()
    }

    fn plea(&self, id: PleaId) -> Result<Option<Plea>> {
        let found = self.pleas_where("SELECT id, document FROM pleas WHERE id = ?1", [id.as_bytes()])?;
        Ok(found.into_iter().next())
    }

    fn pleas_of(&self, task: TaskId) -> Result<Vec<Plea>> {
        let mut pleas =
            self.pleas_where("SELECT id, document FROM pleas WHERE task = ?1", [task.as_bytes()])?;
        // Ids follow the clock, which may be set back.
        pleas.sort_by_key(|plea| plea.round);
        Ok(pleas)
    }

    fn pleas(&self, all: bool) -> Result<Vec<Plea>> {
        self.pleas_where(
            if all {
                "SELECT id, document FROM pleas ORDER BY id"
            } else {
                "SELECT id, document FROM pleas WHERE state = 'pending' ORDER BY id"
            },
            [],
        )
    }

    fn due_pleas(&self, until: Time, limit: usize) -> Result<Vec<PleaId>> {
        let sql = "SELECT id FROM pleas WHERE due <= ?1 AND json_valid(document) ORDER BY due LIMIT ?2";
        let ids = self.all(sql, (until.as_micros(), bounded(limit)), |row| row.get::<_, [u8; 16]>(0))?;
        ids.into_iter()
            .map(|id| PleaId::from_bytes(id).ok_or_else(|| unreadable("a plea", "its id")))
            .collect()
    }

    fn document(&self, name: &str) -> Result<Option<String>> {
        self.one("SELECT document FROM documents WHERE name = ?1", [name], |row| row.get(0))
    }

    fn documents(&self, prefix: &str) -> Result<Vec<(String, String)>> {
        let sql = "SELECT name, document FROM documents WHERE name >= ?1 ORDER BY name";
        let mut statement = self.sql(self.connection.prepare_cached(sql))?;
        let mut rows = self.sql(statement.query([prefix]))?;
        let mut found = Vec::new();
        while let Some(row) = self.sql(rows.next())? {
            let (name, document): (String, String) =
                self.sql(row.get(0).and_then(|n| Ok((n, row.get(1)?))))?;
            // The names are in order: behind the first without the prefix there are no others with it.
            if !name.starts_with(prefix) {
                break;
            }
            found.push((name, document));
        }
        Ok(found)
    }
}

type Raw = (String, Option<String>, Option<String>);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn row(id: &[u8; 16], (document, result, progress): Raw) -> Result<TaskRow> {
    let task = decode(&format!("task {}", named(id)), &document)?;
    Ok(TaskRow { task, result: result.map(Into::into), progress: progress.map(Into::into) })
}

/// An id as it is written, also one of a row that is damaged otherwise.
fn named(id: &[u8; 16]) -> String {
    TaskId::from_bytes(*id).map_or_else(|| "with an id that is none".to_owned(), |id| id.to_string())
}

fn task_id(bytes: [u8; 16]) -> Result<TaskId> {
    TaskId::from_bytes(bytes).ok_or_else(|| unreadable("a task", "its id"))
}

fn bounded(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
