//! `sealbook reindex`

use crate::context::{Context, Outcome};
use crate::output::print;
use crate::progress;
use sealbook_common::sealbook::Result;

pub(crate) fn run(context: &Context) -> Result<Outcome> {
    let ledger = context.open()?;
    let entries = progress::run(context, "indexing", move |progress| {
        ledger.reindex(progress)?;
        ledger.size()
    })?;
    if context.json {
        print(&format!("{}\n", serde_json::json!({"entries": entries})))?;
    } else if !context.quiet {
        print(&format!("computed the index and the tree of {entries} entries anew\n"))?;
    }
    Ok(Outcome::Good)
}
