//! The page of the documentation that is made from the table of states.

use crate::state::{Effect, Event, Role, State, TABLE};
use std::fmt::Write;

/// `docs/tasks-states.md`.
#[must_use]
pub fn states_page() -> String {
    let mut page = String::from(
        "# States of a task\n\nMade from the table in `core/tasks/src/state.rs`; `UPDATE=1 cargo test -p sealbook-tasks` writes it anew.\n\
         A transition that is not listed is refused with `TASK_ILLEGAL_TRANSITION`. A worker's transitions need the lease's present epoch.\n\
         A task begins in `pending`.\n",
    );
    section(&mut page, "States", State::ALL.iter().map(|s| (s.as_str(), s.meaning())));
    section(&mut page, "Events", Event::ALL.iter().map(|e| (e.as_str(), e.meaning())));
    section(&mut page, "Who", Role::ALL.iter().map(|r| (r.as_str(), r.meaning())));
    section(&mut page, "Attempts and crashes", Effect::ALL.iter().map(|e| (e.as_str(), e.meaning())));
    page.push_str("\n## Transitions\n\n| from | event | to | who may | attempts |\n|---|---|---|---|---|\n");
    for row in TABLE {
        let by: Vec<_> = row.by.iter().map(|role| role.as_str()).collect();
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            row.from,
            row.event,
            row.to,
            by.join(", "),
            row.effect
        );
    }
    page
}

fn section(page: &mut String, title: &str, rows: impl Iterator<Item = (&'static str, &'static str)>) {
    let _ = write!(page, "\n## {title}\n\n| word | meaning |\n|---|---|\n");
    for (word, meaning) in rows {
        let _ = writeln!(page, "| `{word}` | {meaning} |");
    }
}
