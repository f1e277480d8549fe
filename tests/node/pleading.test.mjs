// What is said about pleas, signed and unsigned, and what is done by hand beside it.
import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Ledger, Orchestrator, VoteRefusedError, folder } from './support/sealbook.mjs';

const bob = generateKeyPairSync('ed25519');
const eve = generateKeyPairSync('ed25519');
const pemOf = ({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' });
const listed = ({ publicKey }) => Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url').toString('hex');

/** A policy that asks for one signed vote of an approver. */
const SIGNED = { approvals: 1, levels: [{ roles: ['approver'], principals: [], deadline: 60_000 }], signed: true };
const DELEGABLE = { approvals: 2, levels: [{ roles: [], principals: ['bob', 'cat'], deadline: 60_000 }], delegation: true };

/** A project in which bob may approve with his key, and ann may only submit. */
async function house(t) {
  const path = folder(t);
  writeFileSync(join(path, 'sealbook.toml'), `[tasks]
principals = [
    { id = "ann", may = ["submit *"] },
    { id = "bob", roles = ["approver"], may = ["approve deploy"], keys = ["${listed(bob)}"] },
    { id = "ops", may = ["run *", "manage *"] },
]
`);
  const o = await Orchestrator.open(path, { requester: 'ann', create: true });
  t.after(() => o.close());
  const task = await o.submit('deploy', ['production'], { approval: SIGNED });
  const [plea] = await o.pleas();
  return { path, o, task, plea };
}

async function memory(t, options) {
  const o = await Orchestrator.inMemory({ requester: 'ann' });
  t.after(() => o.close());
  const task = await o.submit('deploy', null, options);
  const [plea] = await o.pleas();
  return { o, task, plea };
}

async function runs(o, task) {
  await o.work({ deploy: ({ arguments: [place] }) => `deployed to ${place}` }, { untilIdle: true, principal: 'ops' });
  assert.equal(await task.result(), 'deployed to production');
}

test('a viewer sees its own tasks and those that it may approve', async (t) => {
  const { path, o, task } = await house(t);
  const other = await o.submit('other');
  for (const [viewer, seen] of [['ann', [task.id, other.id]], ['bob', [task.id]], ['eve', []]]) {
    const view = await Orchestrator.open(path, { viewer });
    assert.deepEqual((await view.list()).map(({ id }) => id), seen);
    assert.equal((await view.pleas()).length, Math.min(seen.length, 1));
    if (!seen.includes(other.id)) await assert.rejects(view.show(other.id), { code: 'ACCESS_REFUSED', message: new RegExp(`${viewer} may not see`) });
    await view.close();
  }
  await assert.rejects(Orchestrator.open(path, { viewer: '' }), { code: 'INVALID_TASK' });
});

for (const [name, key] of [['a key in PEM', pemOf(bob)], ['a KeyObject', bob.privateKey], ['a KeyObject that was read', createPrivateKey(pemOf(bob))]]) {
  test(`a vote is signed with ${name}`, async (t) => {
    const { o, task, plea } = await house(t);
    await assert.rejects(o.approve(plea, { as: 'bob' }), { code: 'VOTE_REFUSED', context: { why: 'unsigned' } });
    await assert.rejects(o.approve(plea, { as: 'bob', key: eve.privateKey }), { code: 'VOTE_REFUSED', context: { why: 'forged' } });
    const { state, votes } = await o.approve(plea, { as: 'bob', reason: 'tested', key });
    assert.deepEqual([state, votes[0].voter, votes[0].verified, votes[0].behalf], ['approved', 'bob', true, null]);
    await runs(o, task);
    assert.equal((await o.ledger.verify()).verdict, 'intact');
  });
}

for (const [name, signature] of [['bytes', (each) => each], ['a plain Uint8Array', (each) => Uint8Array.from(each)], ['digits', (each) => each.toString('hex').toUpperCase()]]) {
  test(`a ballot is signed elsewhere, brought by another, and its signature given as ${name}`, async (t) => {
    const { path, o, task, plea } = await house(t);
    const ballot = JSON.parse(JSON.stringify(await o.ballot(plea, 'approve', { as: 'bob', reason: 'geprüft' })));
    assert.deepEqual([ballot.task, ballot.subject, ballot.round], [task.id, plea.subject, 1]);
    assert.equal((await o.pleas())[0].votes.length, 0, 'nothing is written');
    const other = await Orchestrator.open(path, { requester: 'ann' });
    const { state, votes } = await other.cast(ballot, signature(sign(null, Buffer.from(ballot.message), bob.privateKey)));
    assert.deepEqual([state, votes[0].reason, votes[0].verified], ['approved', 'geprüft', true]);
    await other.close();
    await runs(o, task);
  });
}

test('a ballot that was changed, signed by another or cast twice is refused', async (t) => {
  const { o, plea } = await house(t);
  const ballot = await o.ballot(plea, 'deny', { as: 'bob', reason: 'not today' });
  const signature = sign(null, Buffer.from(ballot.message), bob.privateKey);
  const refused = (why) => (error) => error instanceof VoteRefusedError && error.context.why === why;
  for (const [changed, why] of [
    [{ choice: 'approve' }, 'forged'],
    [{ reason: 'never' }, 'forged'],
    [{ at: ballot.at.replace(/^\d{4}/, '2999') }, 'forged'],
    [{ voter: 'ann' }, 'forged'],
    [{ round: 2 }, 'other_subject'],
    [{ subject: '0'.repeat(64) }, 'other_subject'],
  ]) {
    await assert.rejects(o.cast({ ...ballot, ...changed, message: undefined }, signature), refused(why), JSON.stringify(changed));
    const other = (error) => error.code === 'INVALID_ARGUMENT' && /message/.test(error.message);
    await assert.rejects(o.cast({ ...ballot, ...changed }, signature), other, JSON.stringify(changed));
  }
  await assert.rejects(o.cast(ballot, sign(null, Buffer.from(ballot.message), eve.privateKey)), refused('forged'));
  assert.equal((await o.pleas())[0].state, 'pending');
  assert.equal((await o.cast({ ...ballot, message: undefined }, signature)).state, 'denied');
  await assert.rejects(o.cast(ballot, signature), refused('decided'));
});

test('a ballot that was taken back does not count again', async (t) => {
  const { o } = await house(t);
  const task = await o.submit('deploy', ['staging'], { approval: { ...SIGNED, approvals: 2 } });
  const put = async (choice) => {
    const ballot = await o.ballot(task, choice, { as: 'bob' });
    const signature = sign(null, Buffer.from(ballot.message), bob.privateKey);
    return { again: () => o.cast(ballot, signature), plea: await o.cast(ballot, signature) };
  };
  const { again, plea } = await put('approve');
  assert.equal(plea.approvals, 1);
  assert.equal((await put('take_back')).plea.approvals, 0);
  await assert.rejects(again(), { code: 'VOTE_REFUSED', context: { why: 'stale' } });
  assert.equal((await o.approve(task, { as: 'bob', key: bob.privateKey })).approvals, 1);
  assert.equal((await o.takeBack(task, { as: 'bob', key: pemOf(bob) })).approvals, 0);
});

test('a vote is handed over, taken back and cast in its owner\'s place', async (t) => {
  const { o, task, plea } = await memory(t, { approval: DELEGABLE });
  assert.deepEqual(plea.delegations, []);
  assert.deepEqual((await o.delegate(plea, 'dan', { as: 'bob' })).delegations, [{ from: 'bob', to: 'dan' }]);
  assert.deepEqual((await o.delegate(plea, null, { as: 'bob' })).delegations, []);
  await assert.rejects(o.approve(plea, { as: 'dan', behalf: 'bob' }), { code: 'VOTE_REFUSED', context: { why: 'no_delegation' } });
  await o.delegate(task, 'dan', { as: 'bob' });
  const { votes } = await o.approve(plea, { as: 'dan', behalf: 'bob', reason: 'as bob said' });
  assert.deepEqual([votes[0].voter, votes[0].behalf, votes[0].reason, votes[0].verified], ['dan', 'bob', 'as bob said', false]);
  await assert.rejects(o.approve(plea, { as: 'bob' }), { code: 'VOTE_REFUSED', context: { why: 'voted_already' } });
  assert.equal((await o.deny(plea, { as: 'cat', reason: 'no' })).state, 'denied');
});

test('what is wrong with a vote is said by name, and never what a key holds', async (t) => {
  const { o, plea } = await memory(t, { requireApprovals: 1 });
  const secret = pemOf(bob).split('\n')[1];
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  for (const [key, says] of [
    [Buffer.from(pemOf(bob)), /the key is an object \(Uint8Array\)/],
    [{ pem: pemOf(bob) }, /the key is an object \(Object\)/],
    [[pemOf(bob)], /the key is an object \(Array\)/],
    [null, /the key is null/],
    [7, /the key is a number/],
    [bob.publicKey, /the key is a public ed25519 key/],
    [rsa.privateKey, /the key is a private rsa key/],
    [secret, /no private Ed25519 key in PEM/],
    [pemOf(bob).replace('-----END', secret), /no private Ed25519 key in PEM/],
    [pemOf(rsa), /no private Ed25519 key in PEM/],
    ['', /no private Ed25519 key in PEM/],
  ]) {
    await assert.rejects(o.approve(plea, { as: 'bob', key }), (error) => {
      assert.equal(error.code, 'INVALID_ARGUMENT');
      assert.match(error.message, says);
      assert.ok(!`${error.message}${JSON.stringify(error.context)}${error.cause}`.includes(secret), error.message);
      return true;
    });
  }
  const argument = (call, message) => assert.rejects(async () => call(), { code: 'INVALID_ARGUMENT', message });
  await argument(() => o.approve(plea, {}), /who votes is a undefined/);
  await argument(() => o.approve(plea), /who votes is a undefined/);
  await argument(() => o.approve(7, { as: 'bob' }), /a number is no task/);
  await argument(() => o.approve(plea, { as: 'bob', reason: null }), /the reason is null/);
  await argument(() => o.approve(plea, { as: 'bob', behalf: 3 }), /the owner of the vote is a number/);
  await argument(() => o.approve(plea, { as: 'bob', on: 'x' }), /no option "on"/);
  await argument(() => o.takeBack(plea, { as: 'bob', reason: 'x' }), /no option "reason"/);
  await argument(() => o.delegate(plea, undefined, { as: 'bob' }), /handed over to undefined/);
  await argument(() => o.delegate(plea, 7, { as: 'bob' }), /the delegate is a number/);
  await argument(() => o.ballot(plea, undefined, { as: 'bob' }), /the choice is a undefined/);
  await argument(() => o.ballot(plea, 'abstain', { as: 'bob' }), /abstain/);
  await argument(() => o.ballot(plea, 'approve', { as: 'bob', to: 'dan' }), /approve to somebody/);
  const ballot = await o.ballot(plea, 'approve', { as: 'bob' });
  for (const wrong of [undefined, null, 'text', [ballot], {}, { ...ballot, round: 'one' }]) {
    await argument(() => o.cast(wrong, Buffer.alloc(64)), /the ballot/);
  }
  for (const [wrong, message] of [
    [undefined, /the signature is undefined/],
    [Buffer.alloc(63), /the signature has 63 bytes/],
    [new ArrayBuffer(64), /the signature is an object \(ArrayBuffer\)/],
    ['00', /the signature is "00" of 2 characters/],
    ['z'.repeat(128), /the signature is "z{20}…" of 128 characters/],
  ]) {
    await argument(() => o.cast(ballot, wrong), message);
  }
  assert.deepEqual((await o.pleas())[0].votes, []);
});

test('an agent that is down gets no task until it is healthy again', async (t) => {
  const { o } = await house(t);
  const agent = { id: 'reader', capabilities: ['pdf'] };
  const run = () => o.work({ read: ({ arguments: n }) => n + 1 }, { untilIdle: true, agent, principal: 'ops' });
  await run();
  await assert.rejects(o.setHealth('reader', 'down'), { code: 'ACCESS_REFUSED' }); // ann may only submit
  const down = await o.setHealth('reader', 'down', { as: 'ops', reason: 'it babbles' });
  assert.deepEqual([down.id, down.health, down.worker], ['reader', 'down', null]);
  const task = await o.submit('read', 1, { needs: { capabilities: ['pdf'] } });
  assert.equal((await run()).attempts, 0);
  assert.deepEqual([(await o.agents())[0].health, await task.status()], ['down', 'queued']);
  assert.equal((await o.setHealth(down, 'healthy', { as: 'ops' })).health, 'healthy');
  assert.equal((await run()).completed, 1);
  assert.equal(await task.result(), 2);
  const argument = (...args) => assert.rejects(o.setHealth(...args), { code: 'INVALID_ARGUMENT' });
  await argument('reader', 'degraded', { as: 'ops' });
  await argument('reader', undefined);
  await argument(null, 'down');
  await argument('reader', 'down', { reason: 1 });
  await assert.rejects(o.setHealth('writer', 'down', { as: 'ops' }), { code: 'NOT_FOUND', message: /writer/ });
});

test('an agent that is at work is taken out, and keeps what it has', async (t) => {
  const o = await Orchestrator.inMemory({ requester: 'ops' });
  t.after(() => o.close());
  const needs = { agents: ['reader'] };
  const [first, second] = await o.submitMany([1, 2].map((n) => ({ kind: 'read', arguments: n, needs })));
  const [begun, end] = [later(), later()];
  const working = o.work({ read: ({ arguments: n }) => (begun.resolve(), n === 1 ? end.promise : n) }, { concurrency: 1, agent: { id: 'reader' } });
  await begun.promise;
  const { worker, load } = await o.setHealth('reader', 'down');
  assert.deepEqual([typeof worker, load], ['string', 1]);
  end.resolve('kept');
  assert.equal(await first.result({ timeout: 60_000 }), 'kept');
  assert.equal(await second.status(), 'queued');
  assert.match((await second.show()).waiting, /no agent/);
  await o.setHealth('reader', 'healthy');
  assert.equal(await second.result({ timeout: 60_000 }), 2);
  await o.close();
  assert.equal((await working).completed, 2);
});

/** A promise that is fulfilled from outside. */
function later() {
  const each = {};
  each.promise = new Promise((resolve) => (each.resolve = resolve));
  return each;
}

test('entries and tasks are written together, and entries stand in front', async (t) => {
  const path = folder(t);
  const ledger = await Ledger.open(path, { create: true });
  t.after(() => ledger.close());
  const o = await Orchestrator.open(ledger, { requester: 'ann' });
  t.after(() => o.close());
  const order = { kind: 'custom.order', payload: { order: 7, at: new Date(0) }, id: '019aaf3e-5a00-7000-8000-000000000001' };
  const keyed = { kind: 'ship', arguments: 7, idempotencyKey: 'order-7' };
  const first = await o.recordAndSubmit(new Set([order]), [keyed]);
  assert.deepEqual([first.entries[0].seq, first.entries[0].payload.at, first.tasks[0].repeated], [1n, '1970-01-01T00:00:00.000Z', false]);
  assert.deepEqual(await ledger.get(1n), first.entries[0]);
  assert.equal((await first.tasks[0].show()).requester, 'ann');
  const size = ledger.size();
  const again = await o.recordAndSubmit([order], [keyed]);
  assert.deepEqual([again.entries, again.tasks[0].id, again.tasks[0].repeated], [first.entries, first.tasks[0].id, true]);
  assert.equal(ledger.size(), size);
  assert.deepEqual(await o.recordAndSubmit([], []), { entries: [], tasks: [] });
  const [{ seq }] = (await o.recordAndSubmit([{ kind: 'custom.order', payload: {} }], [])).entries;
  assert.equal(seq, size);
  assert.equal((await ledger.verify()).verdict, 'intact');
});

test('neither entries nor tasks are written if one of them cannot be', async (t) => {
  const { o } = await house(t);
  const id = '019aaf3e-5a00-7000-8000-000000000001';
  const order = { kind: 'custom.order', payload: { order: 7 } };
  await o.recordAndSubmit([{ ...order, id }], []);
  const [size, rows] = [o.ledger.size(), await o.list()];
  for (const [entries, tasks, error] of [
    [[order, { kind: 'sys.key', payload: {} }], [['work']], { code: 'RESERVED_KIND' }],
    [[{ kind: 'Bad kind', payload: {} }], [['work']], { code: 'INVALID_KIND' }],
    [[{ ...order, id, payload: { order: 8 } }], [['work']], { code: 'ID_CONFLICT' }],
    [[order, { kind: 'custom.order', payload: 7 }], [['work']], { code: 'PAYLOAD_NOT_OBJECT', context: { record: '1' } }],
    [[order, { kind: 'custom.order', payload: { n: NaN } }], [['work']], { code: 'PAYLOAD_NOT_FINITE', context: { record: '1' } }],
    [[order], [['work'], ['']], { code: 'INVALID_TASK', context: { task: '1' } }],
    [[order], [['work', null, 3]], { code: 'INVALID_TASK' }],
    [undefined, [['work']], { code: 'INVALID_ARGUMENT', message: /the records are a undefined/ }],
    ['text', [['work']], { code: 'INVALID_ARGUMENT', message: /the records are a string/ }],
    [[order, 'text'], [['work']], { code: 'INVALID_ARGUMENT', message: /a record is a string/, context: { record: '1' } }],
    [[null], [['work']], { code: 'INVALID_ARGUMENT', message: /a record is null/ }],
    [[{ ...order, key: id }], [['work']], { code: 'INVALID_ARGUMENT', message: /no option "key"/ }],
    [[order], undefined, { code: 'INVALID_ARGUMENT', message: /the tasks are a undefined/ }],
    [[order], 'work', { code: 'INVALID_ARGUMENT', message: /the tasks are a string/ }],
  ]) {
    await assert.rejects(o.recordAndSubmit(entries, tasks), error);
    assert.equal(o.ledger.size(), size);
  }
  await assert.rejects(o.recordAndSubmit([order], [{ kind: 'work', requester: 'bob' }]), { code: 'ACCESS_REFUSED' });
  assert.deepEqual([o.ledger.size(), (await o.ledger.get(size)).kind], [size + 1n, 'task'], 'the refusal alone');
  assert.deepEqual(await o.list(), rows);
});

test('what is said after the end is refused as closed', async () => {
  const o = await Orchestrator.inMemory({ requester: 'ann' });
  const task = await o.submit('deploy', null, { requireApprovals: 1 });
  const ballot = await o.ballot(task, 'approve', { as: 'bob' });
  await o.close();
  for (const call of [
    () => o.pleas(), () => o.approve(task, { as: 'bob' }), () => o.takeBack(task, { as: 'bob' }), () => o.delegate(task, null, { as: 'bob' }),
    () => o.ballot(task, 'approve', { as: 'bob' }), () => o.cast(ballot, Buffer.alloc(64)), () => o.setHealth('reader', 'down'), () => o.recordAndSubmit([], []),
  ]) {
    await assert.rejects(call(), { code: 'CLOSED' });
  }
});
