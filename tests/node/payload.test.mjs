import assert from 'node:assert/strict';
import test from 'node:test';
import vm from 'node:vm';
import { Ledger, canonicalize } from './support/sealbook.mjs';

test('what JSON can hold arrives', () => {
  class Point { constructor() { this.x = 1; } }
  const cases = [
    [{ a: undefined, b: [undefined], c: -0 }, '{"b":[null],"c":0}'],
    [{ n: 9007199254740991n, m: -9007199254740991n, boxed: Object(7n) }, '{"boxed":7,"m":-9007199254740991,"n":9007199254740991}'],
    [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    [{ p: new Point(), o: Object.assign(Object.create(null), { y: 2 }) }, '{"o":{"y":2},"p":{"x":1}}'],
    [vm.runInNewContext('({ a: [1, { b: "x" }] })'), '{"a":[1,{"b":"x"}]}'],
    [{ toJSON: () => ({ a: 1 }) }, '{"a":1}'],
    [JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
    [{ n: new Number(1.5), s: new String('x'), b: new Boolean(true) }, '{"b":true,"n":1.5,"s":"x"}'],
  ];
  for (const [payload, json] of cases) assert.equal(canonicalize(payload), json);
});

test('what JSON would lose is refused', async () => {
  const ledger = Ledger.inMemory();
  const circle = {};
  circle.a = { b: [circle] };
  let deep = {};
  for (let n = 0; n < 200_000; n++) deep = { a: deep };
  for (const [payload, code] of [
    [{ n: NaN }, 'PAYLOAD_NOT_FINITE'], [{ n: [1, { m: -Infinity }] }, 'PAYLOAD_NOT_FINITE'], [{ n: new Number(NaN) }, 'PAYLOAD_NOT_FINITE'],
    [{ toJSON: () => ({ n: Infinity }) }, 'PAYLOAD_NOT_FINITE'],
    [{ n: 2 ** 53 }, 'PAYLOAD_INTEGER_RANGE'], [{ n: -(2 ** 53) }, 'PAYLOAD_INTEGER_RANGE'], [{ n: 9007199254740993 }, 'PAYLOAD_INTEGER_RANGE'],
    [{ n: 1e20 }, 'PAYLOAD_INTEGER_RANGE'], [{ n: 2n ** 53n }, 'PAYLOAD_INTEGER_RANGE'], [{ n: -(2n ** 64n) }, 'PAYLOAD_INTEGER_RANGE'],
    [{ s: 'a\ud800' }, 'PAYLOAD_LONE_SURROGATE'], [{ 'a\udc00': 1 }, 'PAYLOAD_LONE_SURROGATE'],
    [circle, 'PAYLOAD_NOT_JSON'], [deep, 'PAYLOAD_TOO_DEEP'], [{ s: 'x'.repeat(1 << 21) }, 'PAYLOAD_TOO_LARGE'],
    [[1], 'PAYLOAD_NOT_OBJECT'], [null, 'PAYLOAD_NOT_OBJECT'], [undefined, 'PAYLOAD_NOT_OBJECT'], ['{}', 'PAYLOAD_NOT_OBJECT'], [7, 'PAYLOAD_NOT_OBJECT'],
    [() => ({}), 'PAYLOAD_NOT_OBJECT'], [new Date(0), 'PAYLOAD_NOT_OBJECT'], [{ toJSON: () => undefined }, 'PAYLOAD_NOT_OBJECT'],
    [{ actor: 'ana' }, 'PAYLOAD_VOCABULARY'],
  ]) {
    await assert.rejects(ledger.record('custom.x', payload), { code, name: 'PayloadError' }, code);
    assert.throws(() => ledger.recordSync('custom.x', payload), { code });
  }
  for (const lost of [() => 1, Symbol('s'), new Map([[1, 2]]), new Set([1]), /x/, new Error('x'), Promise.resolve(), new ArrayBuffer(1)]) {
    await assert.rejects(ledger.record('custom.x', { a: [lost] }), TypeError);
    assert.throws(() => ledger.recordManySync([{ kind: 'custom.x', payload: { lost } }]), TypeError);
  }
  const thrown = new Error('from the getter');
  await assert.rejects(ledger.record('custom.x', { get a() { throw thrown; } }), (error) => error === thrown);
  assert.equal(ledger.size(), 1n);
});

test('secrets of known form are replaced before anything is stored, unless switched off', async () => {
  const secret = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
  const { payload } = await Ledger.inMemory().record('custom.x', { note: `token ${secret}` });
  assert.ok(!JSON.stringify(payload).includes(secret), JSON.stringify(payload));
  const kept = await Ledger.inMemory({ redact: false }).record('custom.x', { note: secret });
  assert.equal(kept.payload.note, secret);
});

test('the limit of a payload is that of the ledger', async () => {
  const ledger = Ledger.inMemory({ payloadLimit: 10 });
  await assert.rejects(ledger.record('custom.x', { a: 'xxxxxx' }), { code: 'PAYLOAD_TOO_LARGE' });
  await ledger.record('custom.x', { a: 'xx' });
  assert.equal(ledger.size(), 2n);
});
