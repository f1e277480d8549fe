//! Where a file came from that the commit before did not have under its name.

use crate::versions::{Versions, count};
use gix::ObjectId;
use gix::diff::tree::recorder::Change;
use gix::diff::tree::{Recorder, State};
use gix::objs::{Kind, TreeRefIter};
use sealbook_error::{Code, Error, Result};
use std::collections::HashMap;

/// Files that are compared line by line at most, as for git. Of a commit that removes more, those of the same
/// name and some others are.
const MOST_COMPARED: usize = 1000;
/// The most bytes of a file that is compared.
const MOST_BYTES: usize = 4 << 20;
/// Of the lines of the larger file, those that both must have, as for git.
const PERCENT: u32 = 50;

/// The file among those that the step from the old tree to the new one removes from which the file at `path`
/// came: the same, or the one with the most lines in common.
pub(super) fn source(
    versions: &mut Versions,
    (old, new): (ObjectId, ObjectId),
    (path, blob): (&[u8], ObjectId),
) -> Result<Option<(Vec<u8>, ObjectId)>> {
    let mut removed = removed(versions, old, new)?;
    if let Some(same) = removed.iter().position(|(_, id)| *id == blob) {
        return Ok(Some(removed.swap_remove(same)));
    }
    // A file of the same name is the likeliest.
    let name = |path: &[u8]| path.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec);
    let wanted = name(path);
    removed.sort_by_key(|(path, _)| name(path) != wanted);
    removed.truncate(MOST_COMPARED);
    let Some(text) = text(versions, &blob)? else { return Ok(None) };
    let lines = count(&text);
    let mut counted: HashMap<&[u8], u32> = HashMap::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        *counted.entry(line).or_default() += 1;
    }
    let mut best = None;
    for (path, id) in removed {
        let Some(other) = self::text(versions, &id)? else { continue };
        let common = common(counted.clone(), &other);
        let most = lines.max(count(&other));
        let is_alike = u64::from(common) * 100 >= u64::from(most) * u64::from(PERCENT);
        if common > 0 && is_alike && best.as_ref().is_none_or(|(most, _)| common > *most) {
            best = Some((common, (path, id)));
        }
    }
    Ok(best.map(|(_, source)| source))
}

fn common(mut counted: HashMap<&[u8], u32>, text: &[u8]) -> u32 {
    let mut common = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if let Some(left) = counted.get_mut(line).filter(|left| **left > 0) {
            *left -= 1;
            common += 1;
        }
    }
    common
}

/// The files of the old tree that the new one does not have.
fn removed(versions: &mut Versions, old: ObjectId, new: ObjectId) -> Result<Vec<(Vec<u8>, ObjectId)>> {
    let Some(before) = versions.bytes(&old, Kind::Tree)?.map(<[u8]>::to_vec) else { return Ok(Vec::new()) };
    let Some(after) = versions.bytes(&new, Kind::Tree)?.map(<[u8]>::to_vec) else { return Ok(Vec::new()) };
    let mut recorder = Recorder::default();
    let trees = (TreeRefIter::from_bytes(&before, old.kind()), TreeRefIter::from_bytes(&after, new.kind()));
    if let Err(error) = gix::diff::tree(trees.0, trees.1, State::default(), versions.objects(), &mut recorder)
    {
        if versions.may_lack() {
            return Ok(Vec::new());
        }
        return Err(Error::new(Code::Git, format!("trees {old} and {new} cannot be compared"))
            .remedy("see what git fsck says")
            .caused_by(error));
    }
    let removed = recorder.records.into_iter().filter_map(|change| match change {
        Change::Deletion { entry_mode, oid, path, .. } if entry_mode.is_blob() => Some((path.into(), oid)),
        _ => None,
    });
    Ok(removed.collect())
}

fn text(versions: &mut Versions, id: &ObjectId) -> Result<Option<Vec<u8>>> {
    let bytes = versions.bytes(id, Kind::Blob)?;
    Ok(bytes.filter(|bytes| bytes.len() <= MOST_BYTES).map(<[u8]>::to_vec))
}
