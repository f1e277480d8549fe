//! `sealbook log`

use crate::args::Log;
use crate::context::{Context, Outcome};
use crate::entry;
use sealbook_common::request::time;
use sealbook_common::sealbook::{Order, Query, Result};
use std::io::{BufWriter, Write, stdout};

pub(crate) fn run(args: &Log, context: &Context) -> Result<Outcome> {
    let most = args.limit.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    let query = Query {
        kind: args.kind.clone(),
        actor: args.actor.clone(),
        spec: args.spec.clone(),
        path: args.file.clone(),
        since: args.since.as_deref().map(time).transpose()?,
        until: args.until.as_deref().map(time).transpose()?,
        order: if args.reverse { Order::Oldest } else { Order::Newest },
        limit: most.clamp(1, Query::default().limit),
        cursor: None,
    };
    let ledger = context.open_to_read()?;
    let mut out = BufWriter::with_capacity(1 << 16, stdout().lock());
    for entry in ledger.entries(query).take(most) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                out.flush()?;
                return Err(error);
            }
        };
        let line = if context.json { entry.to_json() + "\n" } else { entry::line(&entry, context.out) };
        out.write_all(line.as_bytes())?;
    }
    out.flush()?;
    Ok(Outcome::Good)
}
