import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import oracle from 'canonicalize';
import { Ledger, canonicalize, canonicalizeJson, random, root, vectors } from './support/sealbook.mjs';

const LETTERS = ['a', 'Z', '_', ' ', '"', '\\', '/', '\n', '\t', '\b', '\u0000', '\u001f', '\u007f', '\u0080', 'é', '€', '\u2028', '\ufffd', '\ufb33', '😀', '𝒳'];

/** A pseudo-random JSON value, without what a ledger refuses. */
function value(next, depth) {
  const pick = Math.floor(next() * (depth > 4 ? 6 : 8));
  const word = () => Array.from({ length: Math.floor(next() * 8) }, () => LETTERS[Math.floor(next() * LETTERS.length)]).join('');
  switch (pick) {
    case 0: return null;
    case 1: return next() < 0.5;
    case 2: return Math.floor((next() - 0.5) * 2 ** 54) % (2 ** 53);
    case 3: return (next() - 0.5) * 10 ** Math.floor(next() * 30 - 25);
    case 4: return (1 + next()) * 10 ** (Math.floor(next() * 280) + 21) * (next() < 0.5 ? 1 : -1);
    case 5: return word();
    case 6: return Array.from({ length: Math.floor(next() * 5) }, () => value(next, depth + 1));
    default: return Object.fromEntries(Array.from({ length: Math.floor(next() * 6) }, () => [word(), value(next, depth + 1)]));
  }
}

test('5,000 pseudo-random documents have the canonical form that another implementation gives', () => {
  const next = random(41);
  for (let n = 0; n < 5000; n++) {
    const document = { a: value(next, 0), [`k${n}`]: value(next, 0) };
    assert.equal(canonicalize(document), oracle(document));
    assert.equal(canonicalizeJson(JSON.stringify(document, null, n % 3)), oracle(document));
  }
});

test('the documents of RFC 8785 have its forms', () => {
  for (const name of ['french', 'structures', 'unicode', 'values', 'weird']) {
    const read = (folder) => readFileSync(join(root, 'tests/vectors/ledger/rfc8785/testdata', folder, `${name}.json`), 'utf8');
    assert.equal(canonicalizeJson(read('input')), read('output'), name);
  }
});

test('the shared payload vectors have their forms or errors', () => {
  const { cases } = vectors('ledger/payloads.json');
  assert.ok(cases.length > 50);
  for (const { text, bytes_hex: hex, canonical, error } of cases) {
    const input = text ?? Buffer.from(hex, 'hex');
    if (error) assert.throws(() => canonicalizeJson(input), { code: error }, text ?? hex);
    else assert.equal(canonicalizeJson(input), canonical, text);
  }
});

test('a stored payload is the value that was recorded', async () => {
  const next = random(7);
  const ledger = Ledger.inMemory({ redact: false });
  const documents = Array.from({ length: 300 }, () => ({ metadata: value(next, 0) }));
  const entries = await ledger.recordMany(documents.map((payload) => ({ kind: 'custom.x', payload })));
  assert.deepEqual(entries.map((entry) => entry.payload), documents.map((document) => JSON.parse(oracle(document))));
  assert.equal((await ledger.verify()).verdict, 'intact');
});
