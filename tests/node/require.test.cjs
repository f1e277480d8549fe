'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const sealbook = require('../../node/index.cjs');

test('require and import give the same classes', async () => {
  const imported = await import('../../node/index.mjs');
  assert.deepEqual(Object.keys(imported).sort(), Object.keys(sealbook).sort());
  for (const [name, value] of Object.entries(sealbook)) assert.equal(imported[name], value, name);
});

test('a ledger works from a CommonJS module', async () => {
  const ledger = sealbook.Ledger.inMemory();
  assert.equal((await ledger.record('custom.x', { n: 1 })).seq, 1n);
  assert.equal(sealbook.version, require('../../package.json').version);
});
