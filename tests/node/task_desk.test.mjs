// Events, pleas, ends: what is done about tasks beside running them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger, Orchestrator, folder } from './support/sealbook.mjs';

const LONG = { timeout: 60_000 };
const MODULE = JSON.stringify(new URL('../../node/index.mjs', import.meta.url));

/** A process that runs this code with `o` open on the project; what it printed and how it ended. */
async function process_(path, code) {
  const script = `import { Orchestrator } from ${MODULE};
    const o = await Orchestrator.open(${JSON.stringify(path)}, { requester: 'eve' });
    ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  const [code_, signal] = await once(child, 'close');
  return { text, code: code_, signal };
}

async function project(t) {
  const path = folder(t);
  const o = await Orchestrator.open(path, { requester: 'ann', create: true });
  t.after(() => o.close());
  return { path, o };
}

test('a second process approves a plea, and the task runs here', async (t) => {
  const { path, o } = await project(t);
  const task = await o.submit('deploy', ['production'], { requireApprovals: 1 });
  const working = o.work({ deploy: ({ arguments: [target] }) => `deployed to ${target}` });
  assert.equal(await task.status(), 'awaiting_approval');
  await assert.rejects(o.approve((await o.pleas())[0], { as: 'ann' }), { code: 'VOTE_REFUSED', context: { why: 'requester' } });
  const other = await process_(path, `const [plea] = await o.pleas();
    console.log((await o.approve(plea, { as: 'bob', reason: 'tested' })).state);
    await o.close();`);
  assert.deepEqual(other, { text: 'approved\n', code: 0, signal: null });
  assert.equal(await task.result(LONG), 'deployed to production');
  const [plea] = await o.pleas({ all: true });
  assert.deepEqual([plea.state, plea.votes[0].voter, plea.votes[0].reason], ['consumed', 'bob', 'tested']);
  await o.close();
  assert.equal((await working).completed, 1);
});

test('a task that another process runs is waited for', async (t) => {
  const { path, o } = await project(t);
  const task = await o.submit('there', 20);
  const waiting = task.result(LONG);
  const { code } = await process_(path, 'await o.work({ there: ({ arguments: n }) => n + 1 }, { untilIdle: true }); await o.close();');
  assert.deepEqual([await waiting, code], [21, 0]);
});

test('events resume from a cursor', async (t) => {
  const { o } = await project(t);
  const task = await o.submit('a');
  await o.work({ a() {} }, { untilIdle: true });
  const all = [];
  for await (const event of o.events({ behind: 0, follow: false })) all.push(event);
  assert.deepEqual([all[0].event, all.at(-1).to, all[0].task], ['ready', 'completed', task.id]);
  const events = o.events({ behind: 0 });
  assert.deepEqual((await events.next()).value, all[0]);
  assert.equal(events.cursor, all[0].number);
  await events.return();
  const rest = [];
  for await (const event of o.events({ behind: events.cursor, follow: false })) rest.push(event);
  assert.deepEqual(rest, all.slice(1));
});

test('events are followed as they happen, until the signal or the end', async (t) => {
  const { o } = await project(t);
  await o.submit('before');
  const controller = new AbortController();
  const seen = [];
  const following = (async () => {
    for await (const { to } of o.events({ signal: controller.signal })) seen.push(to);
  })();
  const until = o.events();
  const closing = until.next();
  await sleep(50);
  await o.submit('a');
  await o.work({ a() {}, before() {} }, { untilIdle: true });
  while (seen.filter((to) => to === 'completed').length < 2) await sleep(5);
  controller.abort();
  await following;
  assert.equal((await closing).value.to, 'queued');
  const last = until.next().then(async function all({ done }) {
    return done || all(await until.next());
  });
  await o.close();
  assert.equal(await last, true);
});

test('listeners hear of what happens, and one that throws deafens no other', async (t) => {
  const { o } = await project(t);
  const [heard, thrown] = [[], []];
  const listener = (event) => heard.push(event.to);
  o.on('completed', listener).once('event', listener);
  await sleep(50);
  await o.submit('a');
  await o.work({ a() {} }, { untilIdle: true });
  while (!heard.includes('completed')) await sleep(5);
  assert.deepEqual(heard, ['queued', 'completed']);
  o.off('completed', listener);
  const uncaught = (error) => thrown.push(error.message);
  const { text } = await process_(o.ledger.path, `process.on('uncaughtException', (error) => console.log(error.message));
    o.on('queued', () => { throw new Error('from a listener'); });
    o.on('completed', () => o.close().then(() => console.log('heard')));
    await o.submit('b');
    await o.work({ b() {} }, { untilIdle: true });`);
  assert.deepEqual([text, thrown, typeof uncaught], ['from a listener\nheard\n', [], 'function']);
});

test('tasks are shown, listed, suspended, resumed and tried again', async (t) => {
  const { o } = await project(t);
  const [a, b] = [await o.submit('a'), await o.submit('b')];
  assert.deepEqual((await o.list({ kind: 'b' })).map((task) => task.id), [b.id]);
  assert.deepEqual((await o.list({ states: 'queued', limit: 1 })).length, 1);
  assert.equal(await o.suspend(a, { reason: 'later' }), 'suspended');
  await assert.rejects(o.suspend(a), { code: 'TASK_ILLEGAL_TRANSITION' });
  assert.equal(await o.resume(a.id), 'queued');
  assert.equal(await o.cancel(a, { as: 'ann' }), 'cancelled');
  assert.equal(await o.retry(await o.show(a)), 'queued');
  assert.deepEqual((await a.show()).history.map(({ event }) => event).slice(0, 3), ['ready', 'suspend', 'resume']);
  assert.deepEqual(await o.counts(), { queued: 2 });
  assert.equal(typeof (await o.stats()), 'object');
  assert.match(await o.prometheus({ window: 10 }), /sealbook/);
});

test('a wait ends with its time, its signal or the orchestrator', async (t) => {
  const o = await Orchestrator.inMemory();
  t.after(() => o.close());
  const task = await o.submit('never');
  await assert.rejects(task.result({ timeout: 20 }), { name: 'TimeoutError' });
  const reason = new Error('no longer wanted');
  await assert.rejects(o.wait(task, { signal: AbortSignal.abort(reason) }), (error) => error === reason);
  const controller = new AbortController();
  const waits = [o.wait(task, { signal: controller.signal }), o.wait(task), o.wait(task.id)];
  controller.abort(reason);
  await assert.rejects(waits[0], (error) => error === reason);
  await sleep(50);
  const closing = o.close();
  for (const wait of waits.slice(1)) await assert.rejects(wait, { code: 'CLOSED' });
  await closing;
  assert.equal(o.closed, true);
  for (const call of [() => o.submit('a'), () => o.show(task), () => o.wait(task), () => o.work({ a() {} }), () => o.counts()]) {
    await assert.rejects(call, { code: 'CLOSED' });
  }
});

test('many wait at once for tasks that have ended and tasks that will', async (t) => {
  const o = await Orchestrator.inMemory();
  t.after(() => o.close());
  const first = await o.submitMany(Array.from({ length: 300 }, (_, n) => ['n', n]));
  await o.work({ n: ({ arguments: n }) => n }, { untilIdle: true, concurrency: 64 });
  const second = await o.submitMany(Array.from({ length: 300 }, (_, n) => ['n', 300 + n]));
  const waits = Promise.all([...first, ...second].map((task) => task.result(LONG)));
  await o.work({ n: async ({ arguments: n }) => n }, { untilIdle: true, concurrency: 64 });
  assert.deepEqual(await waits, Array.from({ length: 600 }, (_, n) => n));
});

test('what runs has time to end when the worker is stopped, and what does not stop is given back', async (t) => {
  const { o } = await project(t);
  const controller = new AbortController();
  const tasks = await o.submitMany([['slow'], ['deaf']]);
  let begun = 0;
  const working = o.work({
    async slow() {
      begun++;
      await sleep(200);
      return 'done';
    },
    async deaf({ signal }) {
      begun++;
      await once(signal, 'abort');
      signal.throwIfAborted();
    },
  }, { concurrency: 2, drain: 400, signal: controller.signal });
  while (begun < 2) await sleep(5);
  controller.abort();
  const summary = await working;
  assert.deepEqual([summary.completed, summary.other, summary.abandoned], [1, 1, 0]);
  assert.deepEqual([await tasks[0].result(LONG), await tasks[1].status()], ['done', 'queued']);
});

for (const [name, code, ended] of [
  ['ends by itself once the orchestrator is closed', "await o.submit('slow'); o.work({ slow() { setTimeout(() => o.close(), 10); return 1; } });", 0],
  ['exits while tasks run', "await o.submitMany(Array(20).fill(['slow'])); o.work({ slow: () => new Promise(() => {}) }, { concurrency: 20 }); setTimeout(() => process.exit(7), 100);", 7],
  ['exits from a handler', "await o.submit('slow'); await o.work({ slow: () => process.exit(8) });", 8],
  ['exits while it waits for events and results', "const task = await o.submit('never'); task.result(); o.events().next(); o.on('event', () => {}); setTimeout(() => process.exit(9), 50);", 9],
  ['ends with an open orchestrator that waits for nothing', "await o.submit('never'); globalThis.kept = o;", 0],
]) {
  test(`a process ${name}`, async (t) => {
    const path = folder(t);
    Ledger.openSync(path, { create: true }).closeSync();
    const { code: code_, signal } = await process_(path, code);
    assert.deepEqual([code_, signal], [ended, null]);
    assert.equal((await (await Ledger.open(path)).verify()).verdict, 'intact');
  });
}

test('a schedule makes each run that was missed, once', async (t) => {
  const { o } = await project(t);
  const times = { cron: '30 9 1 1 *', zone: 'Europe/Berlin', missed: 'all', from: new Date('2023-12-01T00:00:00Z') };
  const put = () => o.schedule('new-year', times, { kind: 'report', arguments: ['sales'], maxAttempts: 1 });
  assert.equal((await put()).next, '2024-01-01T08:30:00.000000Z');
  const run = () => o.work({ report: ({ arguments: [of] }) => `all about ${of}` }, { untilIdle: true });
  const { completed } = await run();
  assert.ok(completed >= 3);
  const [schedule] = await o.schedules();
  assert.deepEqual(await put(), schedule);
  assert.equal((await run()).completed, 0);
  const view = await o.show(schedule.last_task);
  assert.deepEqual([view.result, view.max_attempts], ['all about sales', 1]);
  assert.match(view.history[0].reason, /schedule "new-year"/);
});

test('a schedule is paused, resumed and removed', async (t) => {
  const { o } = await project(t);
  await o.schedule('nightly', { cron: '@daily', grace: 1000 }, ['report']);
  assert.equal((await o.pauseSchedule('nightly')).next, null);
  assert.equal((await o.resumeSchedule('nightly', { as: 'ops' })).grace_ms, 1000);
  await o.unschedule('nightly');
  assert.deepEqual(await o.schedules(), []);
  await assert.rejects(o.pauseSchedule('nightly'), { code: 'NOT_FOUND' });
  for (const wrong of [{ zone: 'Mars/Olympus' }, { limit: 0 }, { missed: 'some' }, { grace: -1 }, { cron: undefined }]) {
    await assert.rejects(o.schedule('nightly', { cron: '@daily', ...wrong }, ['report']), { code: 'INVALID_SCHEDULE' });
  }
  await assert.rejects(o.schedule('nightly', { crom: '@daily' }, ['report']), { code: 'INVALID_ARGUMENT' });
});

test('a task with needs waits for an agent that meets them', async (t) => {
  const { o } = await project(t);
  const task = await o.submit('read', 1, { needs: { capabilities: [{ name: 'pdf', version: [2, 1] }], maxCost: 5 } });
  const run = (agent) => o.work({ read: ({ arguments: n }) => n + 1 }, { untilIdle: true, agent });
  assert.equal((await run()).attempts, 0);
  assert.equal((await task.show()).waiting, 'no agent can do a task of kind read: none is registered');
  assert.equal((await run({ id: 'old', capabilities: [{ name: 'pdf', version: [2, 0] }] })).attempts, 0);
  assert.equal((await run({ id: 'new', capabilities: [{ name: 'pdf', version: [2, 3] }], cost: 5, limit: 2 })).completed, 1);
  const { result, waiting, history } = await task.show();
  assert.deepEqual([result, waiting, history.find(({ event }) => event === 'assign').agent], [2, null, 'new']);
  const [fit, old] = await o.agents();
  assert.deepEqual([fit.id, fit.given, fit.load, fit.limit, fit.worker], ['new', 1, 0, 2, null]);
  assert.deepEqual([old.id, old.given], ['old', 0]);
  for (const agent of [{}, { id: 'x', skills: [] }, { id: 'x', kinds: ['other'] }, 'x']) {
    await assert.rejects(run(agent), { code: 'INVALID_ARGUMENT' });
  }
});
