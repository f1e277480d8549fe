//! `sealbook report`

use crate::args::Report;
use crate::commands::stats::stats_options;
use crate::context::{Context, Outcome};
use crate::output::{escape, print};
use crate::progress;
use crate::target::Target;
use sealbook_common::sealbook::{self, Code, Error, Format, ReportOptions, Result};
use serde_json::json;
use std::io::Write;
use std::path::Path;

pub(crate) fn run(args: &Report, context: &Context) -> Result<Outcome> {
    let (format, file) = match (&args.html, &args.markdown) {
        (Some(file), _) => (Format::Html, file.as_path()),
        (None, Some(file)) => (Format::Markdown, file.as_path()),
        (None, None) if context.json => (Format::Json, Path::new("-")),
        (None, None) => (Format::Markdown, Path::new("-")),
    };
    if context.json && file == Path::new("-") && format != Format::Json {
        let message = "standard output cannot be both the report and the answer in JSON";
        return Err(Error::new(Code::InvalidArgument, message)
            .remedy("leave out --html and --markdown for the report as JSON, or name a file"));
    }
    // Before the work, so that nobody waits for a report that cannot be kept.
    let target = match file == Path::new("-") {
        true => None,
        false => Some(Target::new(file, args.force, None)?),
    };
    let path = args.path.clone();
    let options = ReportOptions {
        stats: stats_options(&args.options),
        tree: !args.no_tree,
        title: args.title.clone(),
        format,
        ledger: context.project().map(Path::to_owned),
    };
    let text =
        progress::run(context, "reading", move |progress| sealbook::report(&path, &options, progress))?;
    let Some(target) = target else {
        print(&text)?;
        return Ok(Outcome::Good);
    };
    target.write(|out| out.write_all(text.as_bytes()).map_err(|e| Error::io(e, "write", file)))?;
    let (bytes, file) = (text.len(), file.display().to_string());
    if context.json {
        print(&format!("{}\n", json!({"bytes": bytes, "file": file})))?;
    } else if !context.quiet {
        print(&format!("wrote {}, {bytes} bytes\n", escape(&file)))?;
    }
    Ok(Outcome::Good)
}
