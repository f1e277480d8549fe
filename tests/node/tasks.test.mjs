import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CancelledError, InvalidPolicyError, Ledger, Orchestrator, Permanent, RetryAfter, SealbookError, Snooze, TaskFailedError, folder,
} from './support/sealbook.mjs';

const LONG = { timeout: 60_000 };
const once = { maxAttempts: 1 };

async function memory(t) {
  const o = await Orchestrator.inMemory({ requester: 'ann' });
  t.after(() => o.close());
  return o;
}

/** A worker that runs until the test ends. */
function working(t, o, handlers, options = {}) {
  const controller = new AbortController();
  const ended = o.work(handlers, { signal: controller.signal, drain: 0, ...options });
  ended.catch(() => {});
  t.after(() => controller.abort());
  return { controller, ended };
}

test('a handler gets the arguments and returns the result', async (t) => {
  const o = await memory(t);
  const handles = [await o.submit('add', [1, 2.5]), await o.submit('add', { a: 4 }), await o.submit('add')];
  const add = (attempt) => ({ kind: attempt.kind, args: attempt.arguments, number: attempt.attempt, for: attempt.requester });
  const summary = await o.work({ add }, { untilIdle: true });
  assert.deepEqual(summary, { attempts: 3, completed: 3, other: 0, fenced: 0, stuck: 0, abandoned: 0 });
  assert.deepEqual(await handles[0].result(), { kind: 'add', args: [1, 2.5], number: 1, for: 'ann' });
  assert.deepEqual((await handles[1].result()).args, { a: 4 });
  assert.equal((await handles[2].result()).args, null);
  assert.deepEqual(await o.counts(), { completed: 3 });
});

test('a handler may be asynchronous, and others run meanwhile', async (t) => {
  const o = await memory(t);
  let [running, most] = [0, 0];
  const handles = await o.submitMany(Array.from({ length: 20 }, (_, n) => ['slow', n]));
  await o.work({
    async slow({ arguments: n }) {
      most = Math.max(most, ++running);
      await sleep(30);
      running--;
      return n;
    },
  }, { untilIdle: true, concurrency: 10 });
  assert.deepEqual(await Promise.all(handles.map((handle) => handle.result())), Array.from({ length: 20 }, (_, n) => n));
  assert.ok(most > 3 && most <= 10, `${most} at once`);
});

test('of many submissions of one moment a bad one fails alone', async (t) => {
  const o = await memory(t);
  const all = await Promise.allSettled([o.submit('a'), o.submit('Bad'), o.submit('b', [1]), o.submit('c', null, { maxAttempts: 0 }), o.submit('d', NaN)]);
  assert.deepEqual(all.map(({ status, reason }) => reason?.code ?? status), ['fulfilled', 'INVALID_TASK', 'fulfilled', 'INVALID_POLICY', 'PAYLOAD_NOT_FINITE']);
  assert.ok(all[3].reason instanceof InvalidPolicyError);
  assert.deepEqual((await o.list()).map((task) => task.kind).sort(), ['a', 'b']);
  const order = (tasks) => tasks.map((task) => task.arguments).sort((a, b) => a - b);
  const many = await Promise.all(Array.from({ length: 1500 }, (_, n) => o.submit('n', n)));
  assert.deepEqual(order(await o.list({ kind: 'n' })), Array.from({ length: 1500 }, (_, n) => n));
  assert.equal(new Set(many.map((handle) => handle.id)).size, 1500);
  assert.deepEqual((await many[700].show()).arguments, 700);
});

test('a key makes submitting again submitting once', async (t) => {
  const o = await memory(t);
  const [one, two] = await Promise.all([o.submit('a', 1, { idempotencyKey: 'k' }), o.submit('a', 1, { idempotencyKey: 'k' })]);
  assert.deepEqual([one.repeated, two.repeated, one.id === two.id], [false, true, true]);
  await assert.rejects(o.submit('a', 2, { idempotencyKey: 'k' }), { code: 'IDEMPOTENCY_CONFLICT' });
});

test('an exception keeps its class, its message and its stack', async (t) => {
  class QuotaError extends TypeError {}
  const o = await memory(t);
  working(t, o, {
    fails() {
      throw new QuotaError('spent', { cause: new RangeError('below') });
    },
    async rejects() {
      throw Object.assign(new Error('named'), { name: 'NamedError' });
    },
    text() {
      throw 'only text';
    },
  });
  const error = await (await o.submit('fails', null, once)).result(LONG).catch((thrown) => thrown);
  assert.ok(error instanceof TaskFailedError && error.code === 'TASK_FAILED' && error.state === 'dead');
  assert.match(error.message, /dead after 1 of 1 attempts: QuotaError: spent/);
  assert.deepEqual([error.failure.class, error.failure.message], ['QuotaError', 'spent']);
  assert.match(error.failure.detail, /spent\n +at fails .*tasks\.test\.mjs[\s\S]*caused by: RangeError: below/);
  assert.doesNotMatch(error.failure.detail, /task_worker/);
  const other = await (await o.submit('rejects', null, once)).result(LONG).catch((thrown) => thrown);
  assert.deepEqual([other.failure.class, other.failure.fault], ['NamedError', 'transient']);
  const text = await (await o.submit('text', null, once)).result(LONG).catch((thrown) => thrown);
  assert.deepEqual([text.failure.class, text.failure.message], ['string', 'only text']);
});

test('a task is tried again as its policy says', async (t) => {
  const o = await memory(t);
  const handle = await o.submit('flaky', null, { maxAttempts: 5, retry: { initial: 5, max: 10, jitter: 'none' } });
  const seen = [];
  await o.work({
    flaky({ attempt, idempotencyKey, epoch }) {
      seen.push([attempt, idempotencyKey, epoch]);
      if (attempt < 3) throw new Error(`attempt ${attempt}`);
      return attempt;
    },
  }, { untilIdle: true });
  assert.equal(await handle.result(), 3);
  assert.deepEqual(seen.map(([attempt]) => attempt), [1, 2, 3]);
  assert.equal(new Set(seen.map(([, key]) => key)).size, 1);
  assert.equal(new Set(seen.map(([,, epoch]) => epoch)).size, 3);
});

test('a snooze counts as no attempt, a permanent failure ends, and a delay is kept', async (t) => {
  const o = await memory(t);
  let calls = 0;
  const at = [];
  const [snoozed, permanent, later] = [
    await o.submit('snooze', null, once), await o.submit('permanent', null, { maxAttempts: 5 }), await o.submit('later', null, { maxAttempts: 2 }),
  ];
  await o.work({
    snooze() {
      if (++calls < 3) throw new Snooze(20);
      return calls;
    },
    permanent() {
      throw new Permanent('no other attempt helps', { cause: new RangeError('out of it') });
    },
    later() {
      at.push(performance.now());
      if (at.length < 2) throw new RetryAfter(200, 'busy');
      return 'then';
    },
  }, { untilIdle: true });
  assert.equal(await snoozed.result(), 3);
  const error = await permanent.result().catch((thrown) => thrown);
  assert.deepEqual([error.state, error.failure.class, error.failure.fault, error.view.attempts], ['failed', 'RangeError', 'permanent', 1]);
  assert.equal(await later.result(), 'then');
  assert.ok(at[1] - at[0] >= 190, `${at[1] - at[0]} ms`);
  for (const bad of [-1, NaN, '1', undefined]) assert.throws(() => new Snooze(bad), { code: 'INVALID_TASK' });
});

test('a result that JSON cannot hold is a permanent failure', async (t) => {
  const o = await memory(t);
  const bad = { map: () => new Map(), nan: () => [NaN], fn: () => () => {}, half: () => '\ud800', big: () => 2n ** 60n };
  const handles = await o.submitMany(Object.keys(bad).map((kind) => [kind]));
  await o.work(bad, { untilIdle: true });
  for (const handle of handles) {
    const view = await handle.show();
    assert.deepEqual([view.state, view.failure.class, view.attempts], ['failed', 'ResultNotJson', 1], JSON.stringify(view.failure));
  }
});

test('a cancellation reaches a handler that runs', async (t) => {
  const o = await memory(t);
  let started;
  const running = new Promise((resolve) => (started = resolve));
  working(t, o, {
    async long(attempt) {
      started(attempt);
      await sleep(60_000, null, { signal: attempt.signal });
    },
  });
  const handle = await o.submit('long');
  const attempt = await running;
  assert.equal(attempt.cancelled, false);
  await handle.cancel({ reason: 'no longer wanted' });
  const error = await handle.result(LONG).catch((thrown) => thrown);
  assert.deepEqual([error.code, error.state], ['CANCELLED', 'cancelled']);
  assert.ok(attempt.signal.aborted && attempt.signal.reason instanceof CancelledError);
  assert.ok(attempt.cancelled && attempt.stopReason);
  assert.throws(() => attempt.throwIfCancelled(), { code: 'CANCELLED' });
});

test('a handler that takes too long is asked to stop, and one that beats reports its progress', async (t) => {
  const o = await memory(t);
  working(t, o, {
    async long(attempt) {
      assert.ok(attempt.remaining <= 200);
      await sleep(60_000, null, { signal: attempt.signal });
    },
    quick(attempt) {
      assert.equal(attempt.remaining, null);
      attempt.beat({ pages: 3 });
      assert.throws(() => attempt.beat(NaN), { code: 'PAYLOAD_NOT_FINITE' });
      return 'done';
    },
  });
  const [long, quick] = [await o.submit('long', null, { timeout: 200, ...once }), await o.submit('quick')];
  const error = await long.result(LONG).catch((thrown) => thrown);
  assert.equal(error.failure.fault, 'timeout');
  assert.equal(await quick.result(LONG), 'done');
  assert.deepEqual((await quick.show()).progress, { pages: 3 });
});

test('a handler that does not end is replaced', async (t) => {
  const o = await memory(t);
  let end, begun;
  const running = new Promise((resolve) => (begun = resolve));
  const deaf = () => new Promise((resolve) => {
    end = resolve;
    begun();
  });
  const { controller, ended } = working(t, o, { deaf, next: () => 'done' }, { concurrency: 1, grace: 50 });
  const handle = await o.submit('deaf');
  await running;
  const waiting = await o.submit('next');
  await handle.cancel();
  assert.equal(await waiting.result(LONG), 'done');
  assert.equal(await handle.status(), 'running');
  end();
  await handle.result(LONG).catch(() => {});
  controller.abort();
  const { attempts, stuck, abandoned } = await ended;
  assert.deepEqual({ attempts, stuck, abandoned }, { attempts: 2, stuck: 1, abandoned: 0 });
});

test('the number of attempts at once follows the load', async (t) => {
  const o = await memory(t);
  let here = 0, all;
  const together = new Promise((resolve) => (all = resolve));
  const meet = async () => {
    if (++here === 3) all();
    await together;
  };
  await o.submitMany(Array(3).fill(['meet']));
  assert.equal((await o.work({ meet }, { concurrency: 3, least: 1, untilIdle: true })).completed, 3);
});

test('handlers call back into Sealbook', async (t) => {
  const path = join(folder(t), 'a.db');
  const ledger = await Ledger.open(path, { create: true });
  const o = await Orchestrator.open(ledger, { requester: 'ann' });
  working(t, o, {
    async outer() {
      ledger.recordSync('custom.sync', {});
      await ledger.record('custom.async', {});
      const inner = await o.submit('inner', 20);
      return (await inner.result(LONG)) + 1;
    },
    inner: ({ arguments: n }) => 2 * n,
  }, { concurrency: 2 });
  assert.equal(await (await o.submit('outer')).result(LONG), 41);
  await o.close();
  assert.equal(ledger.verifySync().verdict, 'intact');
  assert.ok([...ledger.querySync({ kind: 'task' })].length >= 2);
  await ledger.close();
});

test('bad input has its code', async (t) => {
  const o = await memory(t);
  for (const call of [
    () => o.work({}), () => o.work(null), () => o.work({ a: 7 }), () => o.work({ a() {} }, { lease: 50 }), () => o.work({ a() {} }, { concurrency: 0 }),
    () => o.work({ a() {} }, { concurrency: 2, least: 3 }), () => o.work({ a() {} }, { spare: -1 }), () => o.work({ a() {} }, { grace: 'long' }),
    () => o.work({ a() {} }, { workers: 2 }), () => o.work({ a() {} }, { lease: 'long' }), () => o.submitMany('a'), () => o.show(7),
    () => o.wait(undefined), () => o.list({ state: 'queued' }), () => o.stats({ window: -1 }), () => Orchestrator.open('.', { craete: true }),
    () => Orchestrator.inMemory({ requester: 7 }), () => o.approve('x', {}), () => o.work({ a() {} }, { signal: 7 }),
  ]) {
    await assert.rejects(call, { code: 'INVALID_ARGUMENT' }, String(call));
  }
  assert.throws(() => o.events({ behind: -1 }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(o.work({ Upper() {} }), { code: 'INVALID_TASK' });
  await assert.rejects(o.submit('a', () => {}), TypeError);
  await assert.rejects(o.submit('a', null, { pirority: 1 }), { code: 'INVALID_TASK' });
  await assert.rejects(o.wait('x', LONG), { code: 'INVALID_ID' });
  await assert.rejects(o.wait('019aaf3e-5a00-7000-8000-000000000001', LONG), (error) => error instanceof SealbookError && error.code === 'NOT_FOUND');
  assert.throws(() => new Orchestrator(), TypeError);
});
