import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { folder } from './support/sealbook.mjs';

test('ledgers that are forgotten without closing are collected with their threads and files', { skip: process.platform !== 'linux' }, async (t) => {
  const script = fileURLToPath(new URL('support/forget.mjs', import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', script, folder(t)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const out = [];
  child.stdout.on('data', (data) => out.push(data));
  assert.deepEqual(await once(child, 'close'), [0, null]);
  const { collected, files, threads } = JSON.parse(Buffer.concat(out).toString());
  assert.equal(collected, 40);
  assert.ok(files < 10, `${files} more files are open than before`);
  assert.ok(threads < 10, `${threads} more threads run than before`);
});
