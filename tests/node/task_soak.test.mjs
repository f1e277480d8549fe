// Workers that are killed at random: every task ends once, whatever happens to who runs it. SEALBOOK_SOAK is the number of tasks.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Orchestrator, folder, random } from './support/sealbook.mjs';

const TASKS = Number(process.env.SEALBOOK_SOAK ?? 200);
const WORKERS = 3;
const SCRIPT = fileURLToPath(new URL('support/task_worker.mjs', import.meta.url));
const OPEN = ['pending', 'queued', 'assigned', 'running'];

function start(path) {
  const child = spawn(process.execPath, [SCRIPT, path], { stdio: ['ignore', 'inherit', 'inherit'] });
  return { child, ended: once(child, 'exit') };
}

test('every task ends once although workers are killed', { skip: process.platform === 'win32' && 'there is no SIGKILL', timeout: 1_200_000 }, async (t) => {
  const path = folder(t);
  mkdirSync(join(path, 'single'));
  const o = await Orchestrator.open(path, { requester: 'ann', create: true });
  await o.submitMany(Array.from({ length: TASKS }, (_, n) => ({ kind: 'effect', arguments: 20 + (n % 80), retry: { crashLimit: 50 } })));
  const [began, next] = [performance.now(), random(7)];
  const workers = Array.from({ length: WORKERS }, () => start(path));
  t.after(() => workers.forEach(({ child }) => child.kill('SIGKILL')));
  let killed = 0;
  while ((await o.list({ states: OPEN, limit: 1 })).length) {
    await sleep(250 + 300 * next());
    const at = Math.floor(next() * WORKERS);
    if (workers[at].child.kill('SIGKILL')) killed++;
    await workers[at].ended;
    workers[at] = start(path);
  }
  const took = performance.now() - began;
  for (const { ended } of workers) assert.deepEqual(await ended, [0, null]);

  assert.deepEqual(await o.counts(), { completed: TASKS });
  const [ends, holders] = [new Map(), new Map()];
  let lost = 0;
  for await (const event of o.events({ behind: 0, follow: false })) {
    if (event.event === 'start') holders.set(event.task, JSON.stringify(event.lease));
    if (event.event === 'lose_lease') lost++;
    if (event.event !== 'complete') continue;
    ends.set(event.task, (ends.get(event.task) ?? 0) + 1);
    assert.equal(JSON.stringify(event.lease), holders.get(event.task), `${event.task} was ended by who did not hold it`);
  }
  assert.ok(ends.size === TASKS && [...ends.values()].every((count) => count === 1));
  assert.ok(killed > 0 && lost > 0, `${killed} killed, ${lost} lost`);
  // Effects: at least one for each, and of those under the idempotency key exactly one.
  const effects = readFileSync(join(path, 'effects'), 'utf8').trimEnd().split('\n');
  assert.equal(new Set(effects.map((line) => line.split(' ')[0])).size, TASKS);
  assert.equal(new Set(effects).size, effects.length);
  assert.equal(readdirSync(join(path, 'single')).length, TASKS);
  const { verdict, entries } = await o.ledger.verify();
  assert.equal(verdict, 'intact');
  await o.close();
  t.diagnostic(`${TASKS} tasks in ${(took / 1000).toFixed(1)} s; ${killed} workers of ${WORKERS} killed, ${lost} attempts lost; ` +
    `${effects.length} effects without a key (${effects.length - TASKS} duplicates), ${TASKS} with one (0 duplicates); ${verdict}, ${entries} entries`);
});
