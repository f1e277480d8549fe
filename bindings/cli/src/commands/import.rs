//! `sealbook import`

use crate::args::Import;
use crate::context::{Context, Outcome};
use crate::output::print;
use crate::progress;
use sealbook_common::reply;
use sealbook_common::sealbook::Result;

pub(crate) fn run(args: &Import, context: &Context) -> Result<Outcome> {
    let (ledger, file) = (context.open()?, args.file.clone());
    let imported = progress::run(context, "importing", move |progress| ledger.import(&file, progress))?;
    if context.json {
        print(&(reply::json(&imported) + "\n"))?;
    } else if !context.quiet {
        print(&format!("imported {} entries, {} of them new\n", imported.entries, imported.recorded))?;
    }
    Ok(Outcome::Good)
}
