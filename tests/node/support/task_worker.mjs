// A worker that others kill: each task leaves a line in one file, and a folder named after its idempotency key.
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Orchestrator } from '../../../node/index.mjs';

const [, , path] = process.argv;
const o = await Orchestrator.open(path, { requester: 'ann' });
await o.work({
  async effect({ task, epoch, idempotencyKey, arguments: millis }) {
    appendFileSync(join(path, 'effects'), `${task} ${epoch}\n`);
    mkdirSync(join(path, 'single', idempotencyKey), { recursive: true });
    await sleep(millis);
    return epoch;
  },
}, { concurrency: 4, lease: 1000, untilIdle: true });
await o.close();
