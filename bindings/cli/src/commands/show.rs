//! `sealbook show`

use crate::args::Show;
use crate::context::{Context, Outcome};
use crate::{entry, output};
use sealbook_common::sealbook::Result;

pub(crate) fn run(args: &Show, context: &Context) -> Result<Outcome> {
    let entry = context.open_to_read()?.get(&args.key)?;
    let text = if context.json { entry.to_json() + "\n" } else { entry::block(&entry, context.out) };
    output::print(&text)?;
    Ok(Outcome::Good)
}
