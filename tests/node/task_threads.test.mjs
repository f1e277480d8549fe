import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { Orchestrator, folder } from './support/sealbook.mjs';

for (const way of ['exit', 'terminate']) {
  test(`a thread that ends by ${way} while tasks run ends well, and what it ran is taken over`, async (t) => {
    const path = folder(t);
    const o = await Orchestrator.open(path, { requester: 'ann', create: true });
    t.after(() => o.close());
    const tasks = await o.submitMany([['hang'], ['hang'], ['hang']]);
    const thread = new Worker(new URL('support/task_thread.mjs', import.meta.url), { workerData: { path, way } });
    const ended = once(thread, 'exit');
    await once(thread, 'message');
    if (way === 'terminate') await thread.terminate();
    await ended;
    await o.work({ hang: () => 'done' }, { untilIdle: true, concurrency: 4 });
    const results = await Promise.all(tasks.map((task) => task.result({ timeout: 60_000 })));
    assert.deepEqual(results, ['done', 'done', 'done']);
    assert.equal((await o.ledger.verify()).verdict, 'intact');
  });
}

test('a handler that blocks the event loop for longer than the lease keeps its task', async (t) => {
  const o = await Orchestrator.open(folder(t), { requester: 'ann', create: true });
  t.after(() => o.close());
  const task = await o.submit('blocks');
  const summary = await o.work({
    blocks() {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
      return 'kept';
    },
  }, { untilIdle: true, lease: 200 });
  assert.deepEqual([await task.result(), summary.attempts, summary.fenced], ['kept', 1, 0]);
});

test('no slot of Node\'s pool is taken by what waits for work', async (t) => {
  const { stat } = await import('node:fs/promises');
  const o = await Orchestrator.inMemory();
  t.after(() => o.close());
  const idle = Array.from({ length: 12 }, () => o.work({ a() {} }));
  const waits = Array.from({ length: 12 }, () => o.events().next());
  await Promise.all(Array.from({ length: 20 }, () => stat('.')));
  await o.close();
  assert.equal((await Promise.all(idle)).length, 12);
  assert.ok((await Promise.all(waits)).every(({ done }) => done));
});
