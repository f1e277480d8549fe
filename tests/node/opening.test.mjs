// Ledgers that cannot be opened or written to: each has its own code, the path in its message, and a remedy behind a semicolon.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ledger, vectors } from './support/sealbook.mjs';

const script = fileURLToPath(new URL('../vectors/openings.py', import.meta.url));
const { cases } = vectors('openings.json');
const place = mkdtempSync(join(tmpdir(), 'sealbook-opening-'));
const project = join(place, 'project');
after(() => rmSync(place, { recursive: true, force: true }));

Ledger.openSync(project, { create: true }).closeSync();
execFileSync('python3', [script, 'make', join(project, '.sealbook/ledger.db'), place]);

for (const { file, code } of cases) {
  test(`${file} is refused as ${code}`, async () => {
    const path = join(place, file);
    const expected = (error) => error.code === code && error.message.includes(place) && error.message.includes('; ');
    await assert.rejects(Ledger.open(path), expected);
    assert.throws(() => Ledger.openSync(path), expected);
  });
}

test('a ledger that another process locks is LEDGER_BUSY, and nothing is recorded', async () => {
  const ledger = Ledger.openSync(project, { busyTimeout: 100 });
  const holder = spawn('python3', [script, 'lock', join(project, '.sealbook/ledger.db')], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  await assert.rejects(ledger.record('custom.x', {}), { code: 'LEDGER_BUSY', retryable: true });
  holder.stdin.end();
  await new Promise((resolve) => holder.once('exit', resolve));
  assert.equal(ledger.size(), 1n);
  assert.equal((await ledger.record('custom.x', {})).seq, 1n);
  ledger.closeSync();
});

test('a handle for reading is READ_ONLY to records', async () => {
  const ledger = Ledger.openSync(project, { readOnly: true });
  await assert.rejects(ledger.record('custom.x', {}), { code: 'READ_ONLY' });
  ledger.closeSync();
});
