//! The tables of a ledger as SQLite shows them to somebody who ignores Sealbook.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::path::Path;

/// A table and its columns, all of them in the order in which they were declared; text is handled as bytes.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [&'static str],
    /// The columns with text.
    pub(crate) text: &'static [&'static str],
}

type Row = Vec<Value>;

/// One value of a row.
pub(crate) struct Cell {
    pub(crate) row: Vec<Value>,
    column: usize,
}

/// The tables of one ledger.
pub(crate) struct Tables(pub(crate) Connection);

impl Table {
    pub(crate) const ENTRIES: Self =
        Self { name: "entries", columns: &["seq", "header", "leaf", "salt", "payload"], text: &[] };
    pub(crate) const IDS: Self = Self { name: "ids", columns: &["id", "seq"], text: &[] };
    pub(crate) const TILES: Self =
        Self { name: "tiles", columns: &["level", "position", "root", "hashes"], text: &[] };
    pub(crate) const STATE: Self = Self { name: "state", columns: &["name", "value"], text: &["name"] };
    pub(crate) const FACETS: Self = Self {
        name: "facets",
        columns: &["seq", "kind", "time", "actor", "spec"],
        text: &["kind", "actor", "spec"],
    };
    pub(crate) const FILES: Self = Self { name: "files", columns: &["seq", "path"], text: &["path"] };

    fn list(&self, form: impl Fn(usize, &str, bool) -> String, separator: &str) -> String {
        let one = |(at, name): (usize, &&str)| form(at + 1, name, self.text.contains(name));
        self.columns.iter().enumerate().map(one).collect::<Vec<_>>().join(separator)
    }
}

impl Tables {
    pub(crate) fn of(project: &Path) -> Self {
        let connection = Connection::open(super::database(project)).unwrap();
        connection.execute_batch("PRAGMA synchronous=OFF").unwrap();
        // Closing must not empty the log, whose frames are part of what is tested.
        let keep = rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        connection.set_db_config(keep, true).unwrap();
        Self(connection)
    }

    pub(crate) fn run(&self, sql: &str) {
        self.0.execute_batch(sql).unwrap();
    }

    pub(crate) fn rows(&self, table: Table) -> Vec<Row> {
        let cast = |_, name: &str, text| if text { format!("CAST({name} AS BLOB)") } else { name.to_owned() };
        let sql = format!("SELECT {} FROM {}", table.list(cast, ", "), table.name);
        let mut statement = self.0.prepare(&sql).unwrap();
        let read = |row: &rusqlite::Row<'_>| (0..table.columns.len()).map(|at| row.get(at)).collect();
        statement.query_map([], read).unwrap().collect::<Result<_, _>>().unwrap()
    }

    pub(crate) fn insert(&self, table: Table, row: &Row) {
        let cast = |at, _: &str, text| if text { format!("CAST(?{at} AS TEXT)") } else { format!("?{at}") };
        let sql = format!("INSERT INTO {} VALUES({})", table.name, table.list(cast, ", "));
        self.0.prepare_cached(&sql).unwrap().execute(params_from_iter(row)).unwrap();
    }

    pub(crate) fn delete(&self, table: Table, row: &Row) {
        let same = |at, name: &str, text| {
            if text { format!("{name} IS CAST(?{at} AS TEXT)") } else { format!("{name} IS ?{at}") }
        };
        let sql = format!("DELETE FROM {} WHERE {}", table.name, table.list(same, " AND "));
        assert_eq!(self.0.prepare_cached(&sql).unwrap().execute(params_from_iter(row)).unwrap(), 1);
    }

    /// Puts one row in the place of another, visible to others at once.
    pub(crate) fn replace(&self, table: Table, old: &Row, new: &Row) {
        self.run("BEGIN IMMEDIATE");
        self.delete(table, old);
        self.insert(table, new);
        self.run("COMMIT");
    }

    /// The values of a column that are not null.
    pub(crate) fn cells(&self, table: Table, column: &str) -> Vec<Cell> {
        let column = table.columns.iter().position(|name| *name == column).unwrap();
        let cells = self.rows(table).into_iter().map(|row| Cell { row, column });
        cells.filter(|cell| cell.row[column] != Value::Null).collect()
    }
}

impl Cell {
    pub(crate) fn len(&self) -> usize {
        match &self.row[self.column] {
            Value::Blob(bytes) => bytes.len(),
            _ => 8,
        }
    }

    /// The row with one byte of the value changed.
    pub(crate) fn flipped(&self, at: usize, mask: u8) -> Row {
        let mut row = self.row.clone();
        match &mut row[self.column] {
            Value::Blob(bytes) => bytes[at] ^= mask,
            Value::Integer(number) => *number ^= i64::from(mask) << (8 * at),
            other => panic!("{other:?} has no bytes"),
        }
        row
    }

    /// The row's number in one of its columns.
    pub(crate) fn number(row: &[Value], column: usize) -> u64 {
        match row[column] {
            Value::Integer(number) => number as u64,
            ref other => panic!("{other:?} is not a number"),
        }
    }
}
