import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { ClosedError, Ledger, SealbookError, folder, verifyExport, verifyExportSync } from './support/sealbook.mjs';

const ana = { actor: { type: 'human', id: 'ana' }, action: { type: 'approve' } };

test('an entry has the ledger\'s forms', async () => {
  const ledger = Ledger.inMemory();
  const entry = await ledger.record('human_review', ana);
  assert.deepEqual(Object.keys(entry).sort(), ['hash', 'id', 'kind', 'payload', 'prev', 'seq', 'time']);
  assert.equal(entry.seq, 1n);
  assert.match(entry.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(entry.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.equal(entry.time.length, 27);
  assert.equal(entry.prev, ledger.getSync(0).hash);
  assert.deepEqual(entry.payload, ana);
});

test('the two forms of every call agree', async (t) => {
  const ledger = await Ledger.open(join(folder(t), 'a.db'), { create: true, origin: 'example.com/a' });
  const [one, two] = [await ledger.record('custom.x', { n: 1 }), ledger.recordSync('custom.x', { n: 2 })];
  assert.deepEqual([one.seq, two.seq], [1n, 2n]);
  const [three, four] = [await ledger.recordJson('custom.x', '{"n":3}'), ledger.recordJsonSync('custom.x', Buffer.from('{"n":4}'))];
  const many = [...(await ledger.recordMany([{ kind: 'custom.x', payload: { n: 5 } }])), ...ledger.recordManySync([{ kind: 'custom.x', payload: { n: 6 } }])];
  assert.deepEqual([three, four, ...many].map((entry) => entry.payload.n), [3, 4, 5, 6]);
  assert.deepEqual(await ledger.get(3), ledger.getSync(3n));
  assert.deepEqual(await ledger.get(three.id), three);
  assert.deepEqual(await Array.fromAsync?.(ledger.query()) ?? [...ledger.querySync()], [...ledger.querySync()]);
  assert.deepEqual(await ledger.queryPage({ limit: 2 }), ledger.queryPageSync({ limit: 2 }));
  assert.deepEqual(await ledger.verify(), ledger.verifySync());
  assert.equal(await ledger.reindex(), undefined);
  assert.equal(ledger.reindexSync(), undefined);
  const out = join(folder(t), 'a.jsonl');
  assert.equal(await ledger.export(out), 7n);
  assert.equal(ledger.exportSync(pathToFileURL(out)), 7n);
  assert.deepEqual(await verifyExport(out), verifyExportSync(out));
  const other = Ledger.inMemory();
  assert.deepEqual(await other.import(out), { entries: 7n, recorded: 7n });
  assert.deepEqual(other.importSync(out), { entries: 7n, recorded: 0n });
  assert.equal(ledger.size(), 7n);
  assert.equal(ledger.origin, 'example.com/a');
  await ledger.close();
});

test('open finds the project, and says when there is none', async (t) => {
  const project = folder(t);
  await assert.rejects(Ledger.open(project), { code: 'NOT_A_PROJECT' });
  assert.throws(() => Ledger.openSync(join(project, 'x')), { code: 'NOT_FOUND', name: 'NotFoundError' });
  const ledger = await Ledger.open(pathToFileURL(project), { create: true });
  assert.equal(ledger.path, join(project, '.sealbook', 'ledger.db'));
  await ledger.record('custom.x', {});
  await ledger.close();
  const reader = Ledger.openSync(project, { readOnly: true, busyTimeout: 10 });
  assert.equal(reader.size(), 2n);
  await assert.rejects(reader.record('custom.x', {}), { code: 'READ_ONLY' });
  reader.closeSync();
  await assert.rejects(Ledger.open(project, { origin: 'example.com/other' }), { code: 'ORIGIN_MISMATCH' });
});

test('many calls at once are recorded each once, and shared syncs keep them in the order of the calls', async (t) => {
  const ledger = await Ledger.open(join(folder(t), 'a.db'), { create: true });
  const entries = await Promise.all(Array.from({ length: 500 }, (_, n) => ledger.record('custom.x', { n })));
  assert.deepEqual(entries.map((entry) => entry.seq), Array.from({ length: 500 }, (_, n) => BigInt(n + 1)));
  assert.deepEqual(entries.map((entry) => entry.payload.n), Array.from({ length: 500 }, (_, n) => n));
  await ledger.close();
});

test('a refused record does not touch the others of its moment', async () => {
  const ledger = Ledger.inMemory();
  const outcomes = await Promise.allSettled([ledger.record('custom.x', {}), ledger.record('Bad', {}), ledger.record('custom.x', {})]);
  assert.deepEqual(outcomes.map((outcome) => outcome.status), ['fulfilled', 'rejected', 'fulfilled']);
  assert.equal(ledger.size(), 3n);
});

test('an id makes a call repeatable', async () => {
  const ledger = Ledger.inMemory();
  const id = '019aafdc-5d6b-7fff-bfff-ffffffffffff';
  const first = await ledger.record('custom.x', { n: 1 }, { id });
  assert.deepEqual(await ledger.record('custom.x', { n: 1 }, { id }), first);
  assert.deepEqual(ledger.recordManySync([{ kind: 'custom.x', payload: { n: 1 }, id }]), [first]);
  await assert.rejects(ledger.record('custom.x', { n: 2 }, { id }), { code: 'ID_CONFLICT' });
});

test('queries filter, order, limit and continue', async () => {
  const ledger = Ledger.inMemory();
  await ledger.recordMany(Array.from({ length: 2500 }, (_, n) => ({
    kind: n % 2 ? 'custom.odd' : 'custom.even',
    payload: { n, actor: { type: 'ai', id: `agent-${n % 5}` }, spec: `S-${n % 3}`, files: [{ path: `f${n % 7}` }] },
  })));
  const all = [...ledger.querySync({ order: 'oldest', kind: 'custom.*' })];
  assert.equal(all.length, 2500);
  assert.deepEqual(all.map((entry) => entry.payload.n), Array.from({ length: 2500 }, (_, n) => n));
  const some = [];
  for await (const entry of ledger.query({ kind: 'custom.odd', actor: 'agent-1', spec: 'S-1', path: 'f1', limit: 3 })) some.push(entry.payload.n);
  const wanted = all.map((entry) => entry.payload.n).filter((n) => n % 2 && n % 5 === 1 && n % 3 === 1 && n % 7 === 1);
  assert.deepEqual(some, wanted.reverse().slice(0, 3));
  assert.equal([...ledger.querySync({ limit: 1500 })].length, 1500);
  assert.equal([...ledger.querySync({ until: '2020-01-01' })].length, 0);
  assert.equal([...ledger.querySync({ since: new Date(0), until: new Date(Date.now() + 3_600_000) })].length, 2501);
  let cursor;
  let count = 0;
  do {
    const page = await ledger.queryPage({ limit: 400, order: 'oldest', cursor });
    count += page.entries.length;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  assert.equal(count, 2501);
  for (const bad of [{ limit: 0 }, { limit: 1.5 }, { order: 'up' }, { since: 'yesterday' }, { since: new Date(NaN) }, { kinds: 'x' }, { cursor: 'x' }]) {
    assert.throws(() => [...ledger.querySync(bad)], { code: 'INVALID_QUERY' }, JSON.stringify(bad));
  }
  await assert.rejects(ledger.queryPage({ limit: 10_001 }), { code: 'INVALID_QUERY' });
  await assert.rejects(ledger.queryPage({ cursor: 'n1', order: 'oldest' }), { code: 'INVALID_QUERY' });
});

test('numbers of entries beyond what a double holds are judged exactly', async () => {
  const ledger = Ledger.inMemory();
  for (const seq of [1n, 2n ** 53n + 1n, 2n ** 64n - 1n, Number.MAX_SAFE_INTEGER]) {
    await assert.rejects(ledger.get(seq), { code: 'NOT_FOUND', context: { entry: String(seq) } });
  }
  for (const seq of [-1n, 2n ** 64n, -(2n ** 64n), 2 ** 53, 1.5, NaN, -1]) {
    await assert.rejects(ledger.get(seq), { code: 'INVALID_ARGUMENT' }, String(seq));
    assert.throws(() => ledger.getSync(seq), { code: 'INVALID_ARGUMENT' });
    await assert.rejects(ledger.verify({ size: seq }), { code: 'INVALID_ARGUMENT' });
  }
  const report = await ledger.verify({ size: 2n ** 63n + 1n });
  assert.deepEqual(report.faults.map(({ seq, kind }) => [seq, kind]), [[1n, 'truncated']]);
});

test('a known root is compared, and one without a size is refused', async () => {
  const ledger = Ledger.inMemory();
  const { entries: size, root } = await ledger.verify();
  await ledger.record('custom.x', {});
  assert.deepEqual((await ledger.verify({ size, root })).not_checked, []);
  assert.equal((await ledger.verify({ size, root: root.replace(/./g, '0') })).verdict, 'tampered');
  await assert.rejects(ledger.verify({ root }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(ledger.verify({ size, root: 'x' }), { code: 'INVALID_ARGUMENT' });
  assert.equal((await ledger.verify({ origin: 'example.com/other' })).verdict, 'tampered');
});

test('arguments of another type are INVALID_ARGUMENT, in both forms', async (t) => {
  const ledger = Ledger.inMemory();
  const dir = folder(t);
  for (const call of [
    () => Ledger.openSync(7), () => Ledger.openSync(dir, 'create'), () => Ledger.openSync(dir, { Create: true }), () => Ledger.openSync(dir, { create: 1 }),
    () => Ledger.openSync(dir, { busyTimeout: -1 }), () => Ledger.openSync(dir, { read_only: true }), () => Ledger.openSync(new URL('https://example.com/x')),
    () => Ledger.inMemory({ create: true }), () => ledger.recordSync(7, {}), () => ledger.recordSync('custom.x', {}, { key: 'x' }),
    () => ledger.recordSync('custom.x', {}, { id: 7 }), () => ledger.recordJsonSync('custom.x', {}), () => ledger.recordManySync(7),
    () => ledger.recordManySync([7]), () => ledger.recordManySync([{ kind: 'custom.x', payload: {}, at: 1 }]), () => ledger.getSync(null), () => ledger.getSync({}),
    () => ledger.exportSync(7), () => ledger.importSync(), () => verifyExportSync('x', { from: 1 }), () => ledger.scanSync('.', { revision: 7 }),
  ]) {
    assert.throws(call, { code: 'INVALID_ARGUMENT', name: 'InvalidArgumentError' }, String(call));
  }
  await assert.rejects(Ledger.open(7), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(ledger.record(7, {}), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(ledger.verify({ signal: 7 }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(ledger.verify({ onProgress: 7 }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => new Ledger(), TypeError);
  assert.equal(ledger.size(), 1n);
});

test('recording many is all or nothing, and names the offender', async () => {
  const ledger = Ledger.inMemory();
  const records = (bad) => [{ kind: 'custom.x', payload: {} }, bad];
  for (const [bad, code] of [
    [{ kind: 'sys.key', payload: {} }, 'RESERVED_KIND'], [{ kind: 'custom.x', payload: { n: Infinity } }, 'PAYLOAD_NOT_FINITE'],
    [{ kind: 'custom.x', payload: [] }, 'PAYLOAD_NOT_OBJECT'], [{ kind: 'custom.x', payload: {}, id: 'x' }, 'INVALID_ID'], [{ payload: {} }, 'INVALID_ARGUMENT'],
    [{ kind: 'custom.\ud800', payload: {} }, 'INVALID_KIND'],
  ]) {
    const is = (error) => error.code === code && error.context.record === '1';
    await assert.rejects(ledger.recordMany(records(bad)), is, code);
    assert.throws(() => ledger.recordManySync(records(bad)), is, code);
  }
  assert.equal(ledger.size(), 1n);
  assert.deepEqual(await ledger.recordMany([]), []);
  assert.equal((await ledger.recordMany(new Set([{ kind: 'custom.x', payload: {} }]))).length, 1);
});

test('closing waits for what is under way and refuses what comes after', async (t) => {
  const ledger = await Ledger.open(join(folder(t), 'a.db'), { create: true });
  const recording = Array.from({ length: 50 }, (_, n) => ledger.record('custom.x', { n }));
  const verifying = ledger.verify();
  const closing = ledger.close();
  await assert.rejects(ledger.record('custom.x', {}), ClosedError);
  assert.throws(() => ledger.size(), ClosedError);
  await closing;
  assert.equal((await Promise.all(recording)).length, 50);
  assert.equal((await verifying).verdict, 'intact');
  for (const call of [() => ledger.path, () => ledger.origin, () => ledger.recordSync('custom.x', {}), () => ledger.verifySync(), () => [...ledger.querySync()]]) {
    assert.throws(call, ClosedError);
  }
  await ledger.close();
  ledger.closeSync();
});

test('a ledger is disposable where the runtime has the symbols', async () => {
  const ledger = Ledger.inMemory();
  if (Symbol.dispose) ledger[Symbol.dispose]();
  else ledger.closeSync();
  assert.throws(() => ledger.size(), ClosedError);
  assert.equal(Symbol.asyncDispose ? typeof ledger[Symbol.asyncDispose] : 'function', 'function');
});

test('an export that was changed is reported by verification and refused by import', async (t) => {
  const path = join(folder(t), 'x.jsonl');
  const ledger = Ledger.inMemory();
  await ledger.record('custom.x', { amount: 10 });
  await ledger.export(path);
  const { readFileSync } = await import('node:fs');
  writeFileSync(path, readFileSync(path, 'utf8').replace('\\"amount\\":10', '\\"amount\\":99'));
  const report = await verifyExport(path);
  assert.deepEqual(report.faults.map(({ seq, kind }) => [seq, kind]), [[1n, 'commitment']]);
  await assert.rejects(Ledger.inMemory().import(path), { code: 'INVALID_EXPORT', context: { seq: '1' } });
  await assert.rejects(verifyExport(`${path}.gone`), (error) => error instanceof SealbookError && error.code === 'NOT_FOUND' && error.cause instanceof Error);
});
