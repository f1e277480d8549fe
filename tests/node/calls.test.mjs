// The cases about AI that every language runs, in both forms of every call.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import * as sealbook from './support/sealbook.mjs';

const { Ledger, root, vectors } = sealbook;
const { cases } = vectors('attribution/calls.json');
const place = mkdtempSync(join(tmpdir(), 'sealbook-calls-'));
process.env.SEALBOOK_CACHE = join(place, 'cache');

before(() => execFileSync('python3', [join(root, 'tests/vectors/attribution/calls.py'), place]));
after(() => rmSync(place, { recursive: true, force: true, maxRetries: 3 }));

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** The arguments of a case, with the names that JavaScript has for the options. */
function args({ path, target, text, options = {} }, more = {}) {
  const named = Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value]));
  const given = { ...named, ...more };
  return [join(place, path), target ?? text, Object.keys(given).length ? given : undefined].filter((argument) => argument !== undefined);
}

for (const each of cases.filter((each) => !each.cancel)) {
  const name = camel(each.call);
  test(`${each.name}: ${name}`, async () => {
    if (each.code) {
      await assert.rejects(sealbook[name](...args(each)), { code: each.code });
      assert.throws(() => sealbook[`${name}Sync`](...args(each)), { code: each.code });
      return;
    }
    for (const result of [await sealbook[name](...args(each)), sealbook[`${name}Sync`](...args(each))]) {
      if (each.expect) sealbook.holds(each.expect, result);
      for (const member of each.absent ?? []) assert.ok(!(member in result), member);
      for (const text of each.has ?? []) assert.ok(result.includes(text), text);
    }
  });
}

for (const each of cases.filter((each) => each.cancel)) {
  test(`${each.name}: ${each.call}`, async () => {
    const reason = new Error('no longer wanted');
    const controller = new AbortController();
    const calling = sealbook[each.call](...args(each, { signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 20);
    await assert.rejects(calling, (error) => error === reason);
    const thrown = new Error('from the callback');
    await assert.rejects(sealbook[each.call](...args(each, { onProgress() { throw thrown; } })), (error) => error === thrown);
  });
}

test('a scan records in the project of its path once', async () => {
  const project = join(place, 'recorded');
  execFileSync('git', ['clone', '--quiet', join(place, 'small'), project]);
  Ledger.openSync(project, { create: true }).closeSync();
  assert.equal((await sealbook.scan(join(project, 'src'), { record: true })).recorded, 2);
  assert.equal(sealbook.scanSync(project, { record: true }).recorded, 0);
  const ledger = await Ledger.open(project);
  assert.equal(ledger.size(), 3n);
  assert.equal('commits' in ledger.scanSync(project, { tree: true, record: false }), false);
  assert.ok('claims' in (await ledger.scan(project, { tree: true, history: true, noCache: true })));
  await ledger.close();
});

test('a misspelt option and a value of another kind are errors', async () => {
  for (const call of [
    () => sealbook.scanSync('.', { trees: true }), () => sealbook.scanSync('.', { tree: 'yes' }), () => sealbook.scanSync('.', { record: 1 }),
    () => sealbook.whySync('.', 7), () => sealbook.whySync('.', 'x', { kind: 'folder' }), () => sealbook.statsSync('.', { folders: -1 }),
    () => sealbook.statsSync('.', { tree: true }), () => sealbook.reportSync('.', { ledger: 7 }), () => sealbook.rulesSync(7),
    () => sealbook.testRulesSync('.'), () => sealbook.statsSync('.', { onProgress() {} }),
  ]) {
    assert.throws(call, { code: 'INVALID_ARGUMENT' }, String(call));
  }
});
