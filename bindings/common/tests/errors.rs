//! The exported error table is the one in the code.

use std::path::Path;

/// Run with `UPDATE=1` to write the file after a new row.
#[test]
fn the_exported_table_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/errors.json");
    let table = sealbook_common::errors::table();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), table, "write it anew with UPDATE=1");
}
