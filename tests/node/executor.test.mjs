// Calls in memory: outcomes, attempts, priorities, breakers, signals, and the end of it all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Executor, Permanent, RetryAfter } from 'sealbook';

const later = (millis, value) => new Promise((resolve) => setTimeout(resolve, millis, value));
const failing = (times, error = new Error('not yet')) => {
  let calls = 0;
  const work = () => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
  return { work, calls: () => calls };
};

test('each call gets its own outcome, and so many run at once', async () => {
  const executor = new Executor({ concurrency: 4 });
  let running = 0;
  let most = 0;
  const work = (n) => async () => {
    most = Math.max(most, (running += 1));
    await later(1);
    running -= 1;
    return n;
  };
  const results = await Promise.all(Array.from({ length: 50 }, (_, n) => executor.submit(work(n))));
  assert.deepEqual([results, most, executor.open], [Array.from({ length: 50 }, (_, n) => n), 4, 0]);
});

test('many thousand calls keep their order', async () => {
  const executor = new Executor({ concurrency: 1 });
  const order = [];
  await Promise.all(Array.from({ length: 20_000 }, (_, n) => executor.submit(() => order.push(n))));
  assert.ok(order.every((n, at) => n === at));
});

test('the urgent overtake', async () => {
  const executor = new Executor({ concurrency: 1 });
  const order = [];
  const submit = (priority) => executor.under({ priority }).submit(() => order.push(priority));
  await Promise.all([executor.submit(() => later(5)), submit('low'), submit(200), submit('medium'), submit('critical')]);
  assert.deepEqual(order, ['critical', 200, 'medium', 'low']);
});

test('a failure is tried again and a permanent one is not', async () => {
  const executor = new Executor();
  const patient = executor.under({ maxAttempts: 3, retry: { initial: 1, nonRetryable: [RangeError] } });
  assert.equal(await patient.submit(failing(2).work), 3);
  assert.equal(await patient.submit(({ attempt }) => (attempt < 2 ? Promise.reject(new RetryAfter(5)) : attempt)), 2);
  const spent = new Error('spent');
  for (const [error, times] of [[spent, 3], [new Permanent('no'), 1], [new RangeError('no'), 1]]) {
    const each = failing(9, error);
    await assert.rejects(patient.submit(each.work), (thrown) => thrown === error);
    assert.equal(each.calls(), times);
  }
  await assert.rejects(executor.submit(failing(1, spent).work), spent);
});

test('an open breaker holds calls back', async () => {
  const executor = new Executor();
  const api = executor.under({ dependency: 'api', breaker: { consecutive: 2, recovery: 40 } });
  for (let n = 0; n < 2; n += 1) await assert.rejects(api.submit(() => Promise.reject(new Error('down'))), /down/);
  assert.equal(api.breaker, 'open');
  let held = true;
  const waits = api.submit(({ attempt }) => attempt).finally(() => { held = false; });
  await executor.submit(() => later(5));
  assert.ok(held);
  assert.equal(await waits, 1);
  assert.equal(executor.breaker, null);
});

test('an aborted call does not begin, and one that runs is told', async () => {
  const executor = new Executor({ concurrency: 1 });
  const stop = new AbortController();
  const runs = executor.submit(({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))), stop);
  const waits = executor.submit(() => 1, stop);
  await later(1);
  stop.abort(new Error('enough'));
  await assert.rejects(runs, /enough/);
  await assert.rejects(waits, /enough/);
});

test('a full or closed executor says so', async () => {
  const executor = new Executor({ capacity: 2, concurrency: 1 });
  const running = executor.submit(() => later(5, 'done'));
  await later(1);
  const retrying = executor.under({ maxAttempts: 2, retry: { initial: 60_000, jitter: 'none' } }).submit(() => 1);
  await assert.rejects(executor.submit(() => 1), { code: 'QUEUE_FULL' });
  const closing = executor.close({ cancel: true });
  await assert.rejects(retrying, { code: 'CANCELLED' });
  await closing;
  assert.equal(await running, 'done');
  await assert.rejects(executor.submit(() => 1), { code: 'CLOSED' });
});

test('what is not understood is named', async () => {
  assert.throws(() => new Executor({ concurrency: 0 }), /concurrency is 0/);
  assert.throws(() => new Executor({ threads: 2 }), /"threads"/);
  const executor = new Executor();
  assert.throws(() => executor.under({ priority: 256 }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => executor.under({ maxAttempts: 0 }), { code: 'INVALID_POLICY' });
  await assert.rejects(async () => executor.submit(7), /pass a function/);
});
