// Calls in memory from Node: Sealbook's executor, and its tasks in memory without audit, beside Piscina and p-queue, in turn within each round.
// node benches/peers/node/pools.mjs, after `npm install` in this folder
import { createRequire } from 'node:module';
import PQueue from 'p-queue';
import { Piscina } from 'piscina';

const { Executor, Orchestrator } = createRequire(import.meta.url)('../../../node/index.cjs');
const ROUNDS = 5;
const filename = new URL('./nothing.mjs', import.meta.url).href;
const pools = [1, 16].map((concurrentTasksPerWorker) => new Piscina({ filename, minThreads: 2, maxThreads: 2, concurrentTasksPerWorker }));
const executor = new Executor({ concurrency: 16 });
const queue = new PQueue({ concurrency: 16 });
const orchestrator = await Orchestrator.inMemory();
const nothing = async () => undefined;

async function rate(calls, submit) {
  const began = performance.now();
  await Promise.all(Array.from({ length: calls }, submit));
  return (calls * 1000) / (performance.now() - began);
}

async function tasks(calls) {
  const began = performance.now();
  await orchestrator.submitMany(Array(calls).fill({ kind: 'nothing', audit: 'off' }));
  await orchestrator.work({ nothing }, { concurrency: 1024, untilIdle: true });
  return (calls * 1000) / (performance.now() - began);
}

const contestants = {
  'sealbook Executor': () => rate(100_000, () => executor.submit(nothing)),
  'sealbook tasks in memory, audit off': () => tasks(20_000),
  Piscina: () => rate(20_000, () => pools[0].run()),
  'Piscina, 16 per worker': () => rate(50_000, () => pools[1].run()),
  'p-queue': () => rate(100_000, () => queue.add(nothing)),
};
const rates = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [name, run] of Object.entries(contestants)) {
    const each = await run();
    if (round > 0) rates[name].push(each);
  }
}
const middle = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
console.log('calls of an async function of nothing, submitted and awaited');
for (const [name, each] of Object.entries(rates)) {
  const ratios = rates['sealbook Executor'].map((mine, round) => mine / each[round]);
  console.log(`  ${name.padEnd(36)} ${middle(each).toFixed(0).padStart(9)} /s   the executor is ${middle(ratios).toFixed(2).padStart(6)} x of it`);
}
await Promise.all([...pools.map((pool) => pool.destroy()), executor.close(), orchestrator.close()]);
