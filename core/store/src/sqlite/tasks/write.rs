//! Writing what was decided about tasks.

use crate::tasks::{Changes, TaskChange, encode};
use rusqlite::{Connection, params};
use sealbook_error::Result;
use sealbook_tasks::{Plea, PleaState};
use std::path::Path;

/// Writes all but the entries.
pub(in crate::sqlite) fn write(connection: &Connection, path: &Path, changes: &Changes) -> Result<()> {
    let tasks = changes.tasks.iter().map(|change| Ok((encode(&change.row.task)?, change)));
    let tasks: Vec<(String, &TaskChange)> = tasks.collect::<Result<_>>()?;
    let pleas = changes.pleas.iter().map(|plea| Ok((encode(plea)?, plea))).collect::<Result<Vec<_>>>()?;
    let transitions = changes.tasks.iter().flat_map(|change| &change.transitions);
    let transitions = transitions.map(encode).collect::<Result<Vec<_>>>()?;
    rows(connection, changes, &tasks, &transitions, &pleas).map_err(|e| super::connection::error(e, path))
}

fn rows(
    connection: &Connection,
    changes: &Changes,
    tasks: &[(String, &TaskChange)],
    transitions: &[String],
    pleas: &[(String, &Plea)],
) -> rusqlite::Result<()> {
    let mut transitions = transitions.iter();
    for (document, change) in tasks {
        task(connection, document, change)?;
        let mut insert =
            connection.prepare_cached("INSERT INTO transitions(task, document) VALUES(?1, ?2)")?;
        for transition in transitions.by_ref().take(change.transitions.len()) {
            insert.execute(params![change.row.task.id.as_bytes(), transition])?;
        }
    }
    for (id, lease) in &changes.workers {
        match lease {
            Some(lease) => connection
                .prepare_cached(
                    "INSERT INTO workers VALUES(?1, ?2, ?3)
                     ON CONFLICT(id) DO UPDATE SET term = excluded.term, expires = excluded.expires",
                )?
                .execute(params![id.as_str(), lease.term as i64, lease.expires_at.as_micros()])?,
            None => connection.prepare_cached("DELETE FROM workers WHERE id = ?1")?.execute([id.as_str()])?,
        };
    }
    for (slot, it) in &changes.remembered {
        connection
            .prepare_cached("INSERT OR REPLACE INTO idempotency VALUES(?1, ?2, ?3, ?4)")?
            .execute(params![slot, it.task.as_bytes(), it.subject.as_bytes(), it.until.as_micros()])?;
    }
    for (document, plea) in pleas {
        let due = plea.due_at().map(|at| at.as_micros());
        let state = PleaState::as_str(plea.state);
        connection
            .prepare_cached("INSERT OR REPLACE INTO pleas VALUES(?1, ?2, ?3, ?4, ?5)")?
            .execute(params![plea.id.as_bytes(), plea.task.as_bytes(), state, due, document])?;
    }
    for (name, document) in &changes.documents {
        match document {
            Some(document) => connection
                .prepare_cached("INSERT OR REPLACE INTO documents VALUES(?1, ?2)")?
                .execute([name, document])?,
            None => connection.prepare_cached("DELETE FROM documents WHERE name = ?1")?.execute([name])?,
        };
    }
    Ok(())
}

fn task(connection: &Connection, document: &str, change: &TaskChange) -> rusqlite::Result<()> {
    let task = &change.row.task;
    let due = change.due.map(|at| at.as_micros());
    let (worker, term) = match &task.lease {
        Some(lease) => (Some(lease.worker.as_str()), Some(lease.term as i64)),
        None => (None, None),
    };
    let (result, progress) = (change.row.result.as_deref(), change.row.progress.as_deref());
    if !change.is_new {
        connection
            .prepare_cached(
                "UPDATE tasks SET state = ?2, due = ?3, worker = ?4, term = ?5, document = ?6, result = ?7, progress = ?8
                 WHERE id = ?1",
            )?
            .execute(params![
                task.id.as_bytes(), task.state.as_str(), due, worker, term, document, result, progress
            ])?;
        return Ok(());
    }
    connection.prepare_cached("INSERT INTO tasks VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?.execute(
        params![
            task.id.as_bytes(),
            task.spec.kind.as_str(),
            task.state.as_str(),
            due,
            worker,
            term,
            document,
            result,
            progress
        ],
    )?;
    for dependency in &task.spec.after {
        connection
            .prepare_cached("INSERT OR IGNORE INTO dependencies VALUES(?1, ?2)")?
            .execute(params![dependency.task.as_bytes(), task.id.as_bytes()])?;
    }
    Ok(())
}
