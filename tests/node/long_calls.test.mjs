import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { promisify } from 'node:util';
import { Ledger, folder, scan, verifyExport } from './support/sealbook.mjs';

const SIZE = 200_001n;
const ledger = Ledger.inMemory();

before(async () => {
  const records = Array.from({ length: 20_000 }, (_, n) => ({ kind: 'custom.x', payload: { n } }));
  for (let n = 0; n < 10; n++) await ledger.recordMany(records);
});

test('timers and files go on while a ledger is verified, and progress is told', async () => {
  let [ticks, reads, settled] = [0, 0, false];
  const ticking = setInterval(() => ticks++, 1);
  const reading = (async () => {
    while (!settled) {
      await readFile(new URL(import.meta.url));
      if (!settled) reads++;
    }
  })();
  const seen = [];
  const report = await ledger.verify({ onProgress: (progress) => seen.push(progress) }).finally(() => { settled = true; });
  clearInterval(ticking);
  await reading;
  assert.equal(report.entries, SIZE);
  assert.equal(report.verdict, 'intact');
  assert.ok(ticks > 5, `${ticks} ticks`);
  assert.ok(reads > 0);
  assert.ok(seen.length >= 2, `${seen.length} times`);
  assert.ok(seen.every(({ total }) => total === Number(SIZE)));
  assert.ok(seen.every(({ done }, n) => n === 0 || done >= seen[n - 1].done));
  assert.equal(seen.at(-1).done, Number(SIZE));
});

test('eight long calls at a time leave Node its threads', async () => {
  let settled = false;
  const verifying = Promise.all(Array.from({ length: 8 }, () => ledger.verify())).finally(() => { settled = true; });
  await Promise.all(Array.from({ length: 20 }, () => readFile(new URL(import.meta.url))));
  assert.equal(settled, false);
  assert.ok((await verifying).every((report) => report.verdict === 'intact'));
});

test('an abort stops a call and rejects with the signal\'s reason', async (t) => {
  const reason = new Error('no longer wanted');
  for (const call of [
    (options) => ledger.verify(options),
    (options) => ledger.export(join(folder(t), 'x.jsonl'), options),
    (options) => ledger.reindex(options),
  ]) {
    const controller = new AbortController();
    let last;
    const calling = call({ signal: controller.signal, onProgress: (progress) => { last = progress; controller.abort(reason); } });
    await assert.rejects(calling, (error) => error === reason, String(call));
    assert.ok(last.done < last.total || call.toString().includes('reindex'), JSON.stringify(last));
  }
  await assert.rejects(ledger.verify({ signal: AbortSignal.abort(reason) }), (error) => error === reason);
  await assert.rejects(ledger.verify({ signal: AbortSignal.abort() }), { name: 'AbortError' });
  await assert.rejects(ledger.verify({ signal: AbortSignal.timeout(1) }), { name: 'TimeoutError' });
});

test('an abort after the end changes nothing, and no listener stays', async () => {
  const small = Ledger.inMemory();
  const controller = new AbortController();
  let listeners = 0;
  const signal = {
    get aborted() { return controller.signal.aborted; },
    get reason() { return controller.signal.reason; },
    addEventListener(...args) { listeners++; controller.signal.addEventListener(...args); },
    removeEventListener(...args) { listeners--; controller.signal.removeEventListener(...args); },
  };
  const report = await small.verify({ signal });
  controller.abort();
  assert.equal(report.verdict, 'intact');
  assert.equal(listeners, 0);
});

test('an error of the progress callback cancels the call and is its outcome', async () => {
  const thrown = new Error('from the callback');
  let calls = 0;
  await assert.rejects(ledger.verify({ onProgress: () => { calls++; throw thrown; } }), (error) => error === thrown);
  assert.ok(calls >= 1);
});

test('exports are verified and imported with progress and abort', async (t) => {
  const path = join(folder(t), 'x.jsonl');
  const part = Ledger.inMemory();
  await part.recordMany(Array.from({ length: 3000 }, (_, n) => ({ kind: 'custom.x', payload: { n } })));
  assert.equal(await part.export(path), 3001n);
  let last;
  assert.equal((await verifyExport(path, { onProgress: (progress) => { last = progress; } })).entries, 3001n);
  assert.ok(last.done > 0);
  const other = Ledger.inMemory();
  await assert.rejects(other.import(path, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  assert.equal(other.size(), 1n);
  assert.deepEqual(await other.import(path), { entries: 3001n, recorded: 3001n });
  assert.equal((await other.verify()).verdict, 'intact');
});

test('a git history is scanned, and recorded once', async (t) => {
  const path = folder(t);
  const git = (...args) => promisify(execFile)('git', ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com', '-C', path, ...args]);
  await git('init', '-q');
  await git('commit', '-q', '--allow-empty', '-m', 'One');
  await git('commit', '-q', '--allow-empty', '-m', 'Two\n\nCo-authored-by: Claude <noreply@anthropic.com>');
  const read = await scan(path);
  assert.deepEqual([read.schema, read.commits.total, read.commits.ai, 'recorded' in read], ['sealbook/scan/1', 2, 1, false]);
  assert.equal((await scan(path, { revision: 'HEAD~1' })).commits.total, 1);
  const target = Ledger.inMemory();
  assert.equal((await target.scan(path)).recorded, undefined);
  assert.equal('recorded' in target.scanSync(path, { record: false }), false);
  assert.equal(target.size(), 1n);
  assert.equal((await target.scan(path, { record: true })).recorded, 2);
  assert.equal(target.scanSync(path, { record: true }).recorded, 0);
  assert.equal([...target.querySync({ kind: 'commit' })].length, 2);
  await assert.rejects(scan(path, { revision: 'no-such-branch' }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(target.scan(path, { signal: AbortSignal.abort() }), { name: 'AbortError' });
});
