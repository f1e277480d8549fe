import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { root, vectors, verifyExport } from './support/sealbook.mjs';

const { cases } = vectors('ledger/cases.json');

test('every exemplar gets the verdict of the independent verifier', async () => {
  assert.ok(cases.length > 200);
  for (const { file, why, origin, size, root: known, expect } of cases) {
    const report = await verifyExport(join(root, 'tests/vectors/ledger', file), { origin, size, root: known });
    const places = (list) => list.map(({ seq, kind }) => ({ seq: String(seq), kind }));
    const ours = {
      verdict: report.verdict,
      entries: String(report.entries),
      root: report.root,
      origin: report.origin,
      faults: places(report.faults),
      notes: places(report.notes),
      not_checked: report.not_checked.map((text) => text.split(':')[0]).sort(),
    };
    const theirs = {
      ...expect,
      entries: String(expect.entries),
      faults: places(expect.faults),
      notes: places(expect.notes),
      not_checked: [...expect.not_checked].sort(),
    };
    assert.deepEqual(ours, theirs, `${file}: ${why}`);
  }
});
