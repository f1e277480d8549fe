// What the tests share: folders that go away, the shared vectors, and the package under test.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export * from '../../../node/index.mjs';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A new folder, removed when the test ends. */
export function folder(t) {
  const path = mkdtempSync(join(tmpdir(), 'sealbook-'));
  t.after(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}

/** A file of tests/vectors, read as JSON. */
export function vectors(name) {
  return JSON.parse(readFileSync(join(root, 'tests/vectors', name), 'utf8'));
}

/** A pseudo-random generator of numbers in [0, 1), the same at every run. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fails where `whole` is not as `part` says. */
export function holds(part, whole, where = 'result') {
  if (Array.isArray(part)) {
    assert.ok(Array.isArray(whole) && whole.length === part.length, `${where} is ${JSON.stringify(whole)}`);
    part.forEach((item, n) => holds(item, whole[n], `${where}[${n}]`));
  } else if (part !== null && typeof part === 'object') {
    for (const [name, value] of Object.entries(part)) holds(value, whole?.[name], `${where}.${name}`);
  } else {
    assert.equal(whole, part, where);
  }
}
