import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import * as sealbook from '../../node/index.mjs';
import { vectors } from './support/sealbook.mjs';

const { TABLE, fail, revived } = createRequire(import.meta.url)('../../node/errors.cjs');

test('the table is that of all languages', () => {
  const rows = vectors('errors.json').errors.map(({ code, number, class: name, retryable }) => [code, number, name, retryable]);
  assert.ok(rows.length >= 39);
  assert.deepEqual([...TABLE].sort((a, b) => a[1] - b[1]), rows.sort((a, b) => a[1] - b[1]));
});

test('every code makes an error of its class, under SealbookError', () => {
  for (const { code, number, class: name, retryable } of vectors('errors.json').errors) {
    const error = fail(code, 'what was wrong');
    assert.ok(error instanceof sealbook[name] && error instanceof sealbook.SealbookError && error instanceof Error, name);
    assert.deepEqual([error.name, error.code, error.number, error.retryable], [name, code, number, retryable]);
    assert.match(error.stack, new RegExp(`^${name}: what was wrong\n.*errors\\.test\\.mjs`));
  }
});

test('what the native half throws is revived with all that it says', () => {
  const json = { code: 'LEDGER_BUSY', number: 7006, class: 'LedgerBusyError', message: 'busy', context: { path: '/x' }, retryable: true, cause: 'locked' };
  const error = revived(Object.assign(new Error(JSON.stringify(json)), { code: 'GenericFailure' }));
  assert.ok(error instanceof sealbook.LedgerBusyError);
  assert.deepEqual([error.message, error.context, error.retryable, error.cause.message], ['busy', { path: '/x' }, true, 'locked']);
});

test('a code of a newer library and a panic have classes too', () => {
  const native = (message) => Object.assign(new Error(message), { code: 'GenericFailure' });
  const newer = revived(native(JSON.stringify({ code: 'BRAND_NEW', number: 7999, message: 'm', context: {}, retryable: true, cause: null })));
  assert.deepEqual([newer.constructor, newer.code, newer.number, newer.retryable], [sealbook.SealbookError, 'BRAND_NEW', 7999, true]);
  const panic = revived(native('index out of bounds'));
  assert.deepEqual([panic.constructor, panic.code], [sealbook.InternalError, 'PANIC']);
  const other = new TypeError('x');
  assert.equal(revived(other), other);
});

test('errors of promises have the stack of the caller', async () => {
  async function theCaller() {
    await sealbook.Ledger.inMemory().record('Bad', {});
  }
  await assert.rejects(theCaller, (error) => error.stack.includes('theCaller'));
});
