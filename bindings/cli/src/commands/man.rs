//! `sealbook man`

use crate::args::{Args, Man};
use crate::context::{Context, Outcome};
use crate::output::{escape, print};
use clap::CommandFactory;
use sealbook_common::sealbook::{Error, Result};

pub(crate) fn run(args: &Man, context: &Context) -> Result<Outcome> {
    let command = Args::command().disable_help_subcommand(true);
    let Some(folder) = &args.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        print(&String::from_utf8_lossy(&page))?;
        return Ok(Outcome::Good);
    };
    std::fs::create_dir_all(folder).map_err(|e| Error::io(e, "make the folder", folder))?;
    clap_mangen::generate_to(command, folder).map_err(|e| Error::io(e, "write to", folder))?;
    if !context.quiet && !context.json {
        print(&format!("wrote the man pages to {}\n", escape(&folder.display().to_string())))?;
    }
    Ok(Outcome::Good)
}
