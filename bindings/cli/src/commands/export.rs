//! `sealbook export`

use crate::args::Export;
use crate::context::{Context, Outcome};
use crate::output::{escape, print};
use crate::progress;
use crate::target::Target;
use sealbook_common::sealbook::Result;
use serde_json::json;
use std::io::{BufWriter, stdout};
use std::path::Path;

pub(crate) fn run(args: &Export, context: &Context) -> Result<Outcome> {
    let ledger = context.open_to_read()?;
    if args.file == Path::new("-") {
        // Not locked and not buffered by lines: the core writes blocks.
        progress::run(context, "exporting", move |progress| ledger.export(&mut stdout(), progress))?;
        return Ok(Outcome::Good);
    }
    let home = ledger.path()?;
    let target = Target::new(&args.file, args.force, home.as_deref().and_then(Path::parent))?;
    let entries = progress::run(context, "exporting", move |progress| {
        target.write(|file| ledger.export(&mut BufWriter::new(file), progress))
    })?;
    let file = args.file.display().to_string();
    if context.json {
        print(&format!("{}\n", json!({"entries": entries, "file": file})))?;
    } else if !context.quiet {
        print(&format!("exported {entries} entries to {}\n", escape(&file)))?;
    }
    Ok(Outcome::Good)
}
