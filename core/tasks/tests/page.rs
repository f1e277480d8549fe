//! The documentation says what the table says.

/// Run with `UPDATE=1` to write the page after a change of the table.
#[test]
fn the_page_of_states_is_made_from_the_table() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tasks-states.md");
    let page = sealbook_tasks::states_page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), page, "write it anew with UPDATE=1");
}
