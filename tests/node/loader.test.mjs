import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { folder, root } from './support/sealbook.mjs';

/** A copy of the package without its native library. */
function bare(t, version) {
  const place = folder(t);
  mkdirSync(join(place, 'node'));
  cpSync(join(root, 'node'), join(place, 'node'), { recursive: true, filter: (path) => !path.includes('.node') });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ version }));
  return place;
}

const { version } = JSON.parse(execFileSync(process.execPath, ['-p', `JSON.stringify(require(${JSON.stringify(join(root, 'package.json'))}))`]));

function run(place, env, script = 'console.log(sealbook.version)') {
  const code = `const sealbook = require(${JSON.stringify(join(place, 'node/index.cjs'))}); ${script}`;
  return spawnSync(process.execPath, ['-e', code], { encoding: 'utf8', env: { ...process.env, NAPI_RS_NATIVE_LIBRARY_PATH: '', ...env } });
}

test('without a native library the error lists every place and keeps the causes', (t) => {
  const script = `try { require(${JSON.stringify(join(bare(t, version), 'node/index.cjs'))}) } catch (error) {
    console.log(JSON.stringify({ message: error.message, code: error.code, causes: error.cause.errors.map((e) => e.cause.code) })) }`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env: { ...process.env, NAPI_RS_NATIVE_LIBRARY_PATH: '' } });
  const { message, code, causes } = JSON.parse(stdout);
  assert.equal(code, 'ERR_SEALBOOK_NATIVE');
  assert.match(message, /\.\/native\.node: Cannot find module/);
  assert.match(message, new RegExp(`sealbook-${process.platform}-${process.arch}`));
  assert.match(message, /NAPI_RS_NATIVE_LIBRARY_PATH/);
  assert.deepEqual(new Set(causes), new Set(['MODULE_NOT_FOUND']));
});

test('a library that cannot be linked is named with the reason of the linker', (t) => {
  const place = bare(t, version);
  writeFileSync(join(place, 'node/native.node'), 'not a library');
  const { stderr, status } = run(place);
  assert.equal(status, 1);
  assert.match(stderr, /\.\/native\.node: .*(invalid ELF header|file too short|slice is not valid|not a valid Win32)/);
});

test('the library that the environment names is taken, and no other', (t) => {
  const place = bare(t, version);
  const named = join(place, 'elsewhere.node');
  copyFileSync(join(root, 'node/native.node'), named);
  assert.equal(run(place, { NAPI_RS_NATIVE_LIBRARY_PATH: named }).stdout, `${version}\n`);
  copyFileSync(named, join(place, 'node/native.node'));
  assert.match(run(place, { NAPI_RS_NATIVE_LIBRARY_PATH: join(place, 'gone.node') }).stderr, /gone\.node/);
});

test('a library of another version is refused', (t) => {
  const place = bare(t, '99.0.0');
  copyFileSync(join(root, 'node/native.node'), join(place, 'node/native.node'));
  const { stderr, status } = run(place);
  assert.equal(status, 1);
  assert.ok(stderr.includes(`it is of version ${version}, this package of 99.0.0`), stderr);
});
