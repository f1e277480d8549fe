import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { Ledger, folder } from './support/sealbook.mjs';

const WORKERS = 8;
const worker = (workerData) => new Worker(new URL('support/worker.mjs', import.meta.url), { workerData });

test('eight workers record in one ledger at once, and nothing is lost', async (t) => {
  const path = join(folder(t), 'a.db');
  Ledger.openSync(path, { create: true }).closeSync();
  const counts = await Promise.all(Array.from({ length: WORKERS }, async (_, n) => {
    const thread = worker({ path, n, task: 'record' });
    const [[count], [code]] = await Promise.all([once(thread, 'message'), once(thread, 'exit')]);
    assert.equal(code, 0);
    return count;
  }));
  assert.deepEqual(counts, Array(WORKERS).fill(60));
  const ledger = await Ledger.open(path);
  assert.equal(ledger.size(), BigInt(1 + WORKERS * 60));
  const report = await ledger.verify();
  assert.deepEqual([report.verdict, report.entries], ['intact', BigInt(1 + WORKERS * 60)]);
  for (let n = 0; n < WORKERS; n++) assert.equal([...ledger.querySync({ actor: `worker-${n}` })].length, 60);
  await ledger.close();
});

test('workers that end in the middle of calls end well, and what was acknowledged stays', async (t) => {
  for (const task of ['exit', 'terminate']) {
    const path = join(folder(t), 'a.db');
    Ledger.openSync(path, { create: true }).closeSync();
    const acknowledged = await Promise.all(Array.from({ length: WORKERS }, async (_, n) => {
      const thread = worker({ path, n, task });
      const ended = once(thread, 'exit');
      const [count] = await once(thread, 'message');
      if (task === 'terminate') await thread.terminate();
      const [code] = await ended;
      assert.ok(task === 'terminate' || code === 7, `exit ${code}`);
      return count;
    }));
    const ledger = await Ledger.open(path);
    const report = await ledger.verify();
    assert.equal(report.verdict, 'intact');
    assert.ok(report.entries > BigInt(acknowledged.reduce((sum, count) => sum + count, 0)));
    await ledger.close();
  }
});

for (const [script, code, why] of [
  ["for (let n = 0; n < 200; n++) ledger.record('custom.x', { n }); ledger.verify(); process.exit(3)", 3, 'while promises are pending'],
  ["ledger.record('custom.x', {}).then(() => process.exit(4)); for (let n = 0; n < 200; n++) ledger.verify({ onProgress() {} })", 4, 'from a reaction to one of many'],
  ["process.on('exit', () => ledger.recordSync('custom.x', {})); process.exitCode = 5", 5, 'with a last record'],
  ["globalThis.kept = ledger; ledger.verify({ onProgress() {} })", 0, 'by itself, with an open ledger'],
]) {
  test(`the process ends ${why}`, async (t) => {
    const code_ = `import { Ledger } from ${JSON.stringify(new URL('../../node/index.mjs', import.meta.url))};
      const ledger = Ledger.openSync(${JSON.stringify(join(folder(t), 'a.db'))}, { create: true });
      ${script}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code_], { stdio: ['ignore', 'inherit', 'inherit'] });
    assert.deepEqual(await once(child, 'exit'), [code, null]);
  });
}
