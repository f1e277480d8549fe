import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';
import * as sealbook from '../../node/index.mjs';
import { folder, root, vectors } from './support/sealbook.mjs';

const require = createRequire(import.meta.url);
const declarations = readFileSync(join(root, 'node/index.d.ts'), 'utf8');
const attribution = readFileSync(join(root, 'node/attribution.d.ts'), 'utf8');
const tasks = ['tasks', 'pleading', 'controls', 'task_handlers'].map((name) => readFileSync(join(root, `node/${name}.d.ts`), 'utf8')).join('');
const executor = readFileSync(join(root, 'node/executor.d.ts'), 'utf8');
const errors = readFileSync(join(root, 'node/errors.d.ts'), 'utf8');
const names = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);

function compile(t, type) {
  const project = folder(t);
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules/sealbook'), 'junction');
  copyFileSync(join(root, 'tests/node/types.test-d.ts'), join(project, 'uses.ts'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type }));
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tests/node/tsconfig.json'), files: ['uses.ts'] }));
  const tsc = join(require.resolve('typescript/package.json'), '..', require('typescript/package.json').bin.tsc);
  try {
    return execFileSync(process.execPath, [tsc, '-p', project, '--explainFiles'], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    assert.fail(error.stdout || error.message);
  }
}

test('the types compile strictly in a module', (t) => assert.match(compile(t, 'module'), /node\/index\.d\.mts/));

test('the types compile strictly in CommonJS', (t) => assert.doesNotMatch(compile(t, 'commonjs'), /node\/index\.d\.mts/));

test('what is declared is there, and what is there is declared', () => {
  const declared = [...names(declarations + attribution + tasks + executor, /^export (?:class|function|const) (\w+)/gm), ...names(errors, /^export class (\w+)/gm)];
  assert.deepEqual([...new Set(declared)].sort(), Object.keys(sealbook).sort());
});

test('every method and property of a ledger is declared, and the reverse', () => {
  const body = declarations.slice(declarations.indexOf('export class Ledger {'), declarations.indexOf('\n}\n', declarations.indexOf('export class Ledger {')));
  const statics = names(body, /^ {2}static (\w+)\(/gm);
  const members = [...names(body, /^ {2}(?:readonly )?(\w+)[(:]/gm)];
  const own = (object) => Object.getOwnPropertyNames(object).filter((name) => !['length', 'name', 'prototype', 'constructor'].includes(name));
  assert.deepEqual([...new Set(statics)].sort(), own(sealbook.Ledger).sort());
  assert.deepEqual([...new Set(members)].sort(), own(sealbook.Ledger.prototype).sort());
  assert.ok(members.length > 25);
});

/** A declared class or interface, and what it extends. */
function body(name) {
  const start = tasks.search(new RegExp(`^export (class|interface) ${name}\\b`, 'm'));
  return tasks.slice(start, tasks.indexOf('\n}\n', start));
}

for (const [name, least] of [['Orchestrator', 36], ['TaskHandle', 5], ['Events', 4], ['Attempt', 13]]) {
  test(`every method and property of ${name} is declared, and the reverse`, () => {
    const merged = names(tasks, new RegExp(`^export interface ${name} extends ([\\w, ]+) \\{\\}`, 'gm')).flatMap((list) => list.split(', '));
    const text = [name, ...merged].map(body).join('\n');
    const own = (object) => Object.getOwnPropertyNames(object).filter((each) => !['length', 'name', 'prototype', 'constructor'].includes(each));
    const fields = name === 'TaskHandle' ? ['id', 'repeated'] : [];
    assert.deepEqual([...new Set(names(text, /^ {2}static (\w+)\(/gm))].sort(), own(sealbook[name]).sort());
    const members = [...new Set(names(text, /^ {2}(?:readonly )?(\w+)[(:<]/gm))].filter((each) => each !== 'private');
    const { prototype } = sealbook[name];
    const base = Object.getPrototypeOf(prototype);
    const inherited = base === Object.prototype ? [] : own(base);
    assert.deepEqual(members.sort(), [...own(prototype), ...inherited, ...fields].sort());
    assert.ok(members.length >= least, `${members.length}`);
  });
}

test('the declared codes and classes are those of the table', () => {
  const table = vectors('errors.json').errors;
  const union = errors.slice(errors.indexOf('export type ErrorCode'), errors.indexOf(';'));
  assert.deepEqual(names(union, /'(\w+)'/g).sort(), table.map((row) => row.code).sort());
  for (const { code, class: name } of table) {
    const start = errors.indexOf(`export class ${name} extends SealbookError {`);
    assert.ok(start > 0, name);
    assert.ok(errors.slice(start, errors.indexOf('}', start)).includes(`'${code}'`), code);
  }
});

test('the package has the version of the crates and no own list of files that are missing', () => {
  const { version, files, exports } = require('../../package.json');
  assert.equal(version, readFileSync(join(root, 'Cargo.toml'), 'utf8').match(/^version = "(.+)"$/m)[1]);
  assert.equal(version, sealbook.version);
  assert.equal(require('../../package-lock.json').version, version);
  for (const path of [files.find((file) => file.startsWith('docs/')), ...Object.values(exports['.'].import), ...Object.values(exports['.'].require)]) {
    assert.ok(readFileSync(join(root, path)).length > 0, path);
  }
});

test('the lock file names no registry', () => {
  const { packages } = require('../../package-lock.json');
  assert.ok(Object.keys(packages).length > 3);
  for (const [name, { resolved }] of Object.entries(packages)) assert.equal(resolved, undefined, name);
});
