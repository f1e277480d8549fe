'use strict';

// From the native calls' JSON texts to what callers get. Sequence numbers and sizes are bigints.

const withSeq = (item) => ({ ...item, seq: BigInt(item.seq) });

const entry = (json) => withSeq(JSON.parse(json));

const entries = (json) => JSON.parse(json).map(withSeq);

function page(json) {
  const { entries: list, next } = JSON.parse(json);
  return { entries: list.map(withSeq), next };
}

/** Entries that were recorded with tasks. */
function recorded(json) {
  const { entries: list, tasks } = JSON.parse(json);
  return { entries: list.map(withSeq), tasks };
}

/** The JSON form of the report, whose member names are the same in all languages. */
function report(json) {
  const { entries: count, faults, notes, ...rest } = JSON.parse(json);
  return { ...rest, entries: BigInt(count), faults: faults.map(withSeq), notes: notes.map(withSeq) };
}

function imported(json) {
  const { entries: count, recorded } = JSON.parse(json);
  return { entries: BigInt(count), recorded: BigInt(recorded) };
}

module.exports = { entry, entries, page, recorded, report, imported };
