import assert from 'node:assert/strict';
import test from 'node:test';
import { Ledger, canonicalizeJson, vectors } from './support/sealbook.mjs';

const { cases } = vectors('bad_input.json');

function payload({ payload_text: text, payload_hex: hex, generate }) {
  if (text !== undefined) return text;
  if (hex !== undefined) return Buffer.from(hex, 'hex');
  if (generate.nest) return `{"a":${'['.repeat(generate.nest)}${']'.repeat(generate.nest)}}`;
  return `{"a":"${'x'.repeat(generate.pad)}"}`;
}

test('there are bad inputs', () => assert.ok(cases.length > 25));

for (const bad of cases) {
  test(`${bad.name} is refused as ${bad.code}`, async () => {
    const ledger = Ledger.inMemory();
    const args = [bad.kind, payload(bad), bad.id === undefined ? undefined : { id: bad.id }];
    await assert.rejects(ledger.recordJson(...args), { code: bad.code });
    assert.throws(() => ledger.recordJsonSync(...args), { code: bad.code });
    assert.equal(ledger.size(), 1n);
    assert.equal(ledger.verifySync().entries, 1n);
  });
}

test('half a surrogate pair in the text itself is refused and not replaced', async () => {
  const ledger = Ledger.inMemory();
  await assert.rejects(ledger.recordJson('custom.x', '{"a":"\ud800"}'), { code: 'PAYLOAD_LONE_SURROGATE' });
  assert.throws(() => canonicalizeJson('{"a":"\udc00"}'), { code: 'PAYLOAD_LONE_SURROGATE' });
});
