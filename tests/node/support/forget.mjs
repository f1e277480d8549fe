// Opens ledgers, uses and forgets them, and says what is left: see lifetime.test.mjs.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Ledger } from '../../../node/index.mjs';

const count = (what) => readdirSync(`/proc/self/${what}`).length;
let collected = 0;
const registry = new FinalizationRegistry(() => collected++);

async function use(n) {
  const ledger = await Ledger.open(join(process.argv[2], `${n % 4}.db`), { create: true });
  registry.register(ledger);
  await Promise.all([ledger.record('custom.x', { n }), ledger.get(0), ledger.verify()]);
}

await use(0);
const before = { files: count('fd'), threads: count('task') };
for (let n = 1; n < 40; n++) await use(n);
const deadline = Date.now() + 20_000;
while (Date.now() < deadline && (collected < 40 || count('fd') > before.files || count('task') > before.threads)) {
  globalThis.gc();
  await turn();
}
console.log(JSON.stringify({ collected, files: count('fd') - before.files, threads: count('task') - before.threads }));
