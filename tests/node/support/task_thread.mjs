// A thread that runs tasks until it is ended.
import { parentPort, workerData } from 'node:worker_threads';
import { Orchestrator } from '../../../node/index.mjs';

const { path, way } = workerData;
const o = await Orchestrator.open(path, { requester: 'ann' });
o.on('event', () => {});
o.work({
  hang(attempt) {
    attempt.beat({ hangs: true });
    parentPort.postMessage('hangs');
    if (way === 'exit') setImmediate(() => process.exit(7));
    return new Promise(() => {});
  },
}, { concurrency: 4, lease: 300 });
