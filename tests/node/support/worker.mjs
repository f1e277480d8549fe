// One of several worker threads that use one ledger: see workers.test.mjs.
import { parentPort, workerData } from 'node:worker_threads';
import { Ledger } from '../../../node/index.mjs';

const { path, n, task } = workerData;
const actor = { type: 'service', id: `worker-${n}` };
const ledger = await Ledger.open(path);

if (task === 'record') {
  const entries = [
    ...(await Promise.all(Array.from({ length: 20 }, (_, i) => ledger.record('custom.x', { actor, i })))),
    ...(await ledger.recordMany(Array.from({ length: 20 }, (_, i) => ({ kind: 'custom.x', payload: { actor, i } })))),
  ];
  for (let i = 0; i < 20; i++) entries.push(ledger.recordSync('custom.x', { actor, i }));
  await ledger.close();
  parentPort.postMessage(new Set(entries.map((entry) => entry.seq)).size);
} else {
  const entry = await ledger.record('custom.x', { actor });
  for (let i = 0; i < 100; i++) {
    ledger.record('custom.x', { actor, i }).catch(() => {});
    ledger.verify({ onProgress() {} }).catch(() => {});
    ledger.get(entry.seq).catch(() => {});
  }
  parentPort.postMessage(1);
  if (task === 'exit') setImmediate(() => process.exit(7));
  else setInterval(() => {}, 1000);
}
