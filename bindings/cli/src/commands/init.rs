//! `sealbook init`

use crate::args::Init;
use crate::context::{Context, Outcome};
use crate::output::{escape, print};
use sealbook_common::sealbook::{Code, Error, Ledger, OpenOptions, Result};
use serde_json::json;
use std::path::Path;

pub(crate) fn run(args: &Init, context: &Context) -> Result<Outcome> {
    if context.is_read_only() {
        return Err(Error::new(Code::ReadOnly, "--read-only keeps a ledger from being made")
            .remedy("leave it out to make one"));
    }
    let path = args.path.as_deref().or(context.project()).unwrap_or(Path::new("."));
    let ledger = Ledger::init(path, &OpenOptions { origin: args.origin.clone(), ..OpenOptions::default() })?;
    let file = ledger.path()?.map(std::path::absolute).transpose()?;
    let file = file.map(|p| p.display().to_string()).unwrap_or_default();
    let origin = ledger.origin()?.unwrap_or_default();
    if context.json {
        print(&format!("{}\n", json!({"ledger": file, "origin": origin})))?;
    } else if !context.quiet {
        print(&format!("made the ledger {}, origin {}\n", escape(&file), escape(&origin)))?;
    }
    Ok(Outcome::Good)
}
