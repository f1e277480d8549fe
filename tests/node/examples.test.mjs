// Runs every JavaScript example of the declarations and the guide. Those of the declarations get the package's names and `assert` by import.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import * as sealbook from '../../node/index.mjs';
import { folder, root } from './support/sealbook.mjs';

const PRELUDE = `import assert from 'node:assert/strict';\nimport { ${Object.keys(sealbook).join(', ')} } from 'sealbook';\n`;

function examples(file, strip) {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^[ *]*```js\n([\s\S]*?)^[ *]*```$/gm)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    code: match[1].replace(strip, ''),
  }));
}

for (const [file, strip, prelude, least] of [
  ['node/index.d.ts', /^ *\* ?/gm, PRELUDE, 33],
  ['node/attribution.d.ts', /^ *\* ?/gm, PRELUDE, 12],
  ['node/tasks.d.ts', /^ *\* ?/gm, PRELUDE, 20],
  ['node/pleading.d.ts', /^ *\* ?/gm, PRELUDE, 7],
  ['node/controls.d.ts', /^ *\* ?/gm, PRELUDE, 6],
  ['node/task_handlers.d.ts', /^ *\* ?/gm, PRELUDE, 4],
  ['node/executor.d.ts', /^ *\* ?/gm, PRELUDE, 4],
  ['node/errors.d.ts', /^ *\* ?/gm, PRELUDE, 1],
  ['docs/node.md', /^$/, '', 8],
]) {
  const found = examples(file, strip);
  test(`${file} has examples`, () => assert.ok(found.length >= least, `${found.length}`));
  for (const { line, code } of found) {
    test(`the example at ${file}:${line} holds`, async (t) => {
      const before = process.cwd();
      const place = folder(t);
      mkdirSync(join(place, 'node_modules'));
      symlinkSync(root, join(place, 'node_modules/sealbook'), 'junction');
      mkdirSync(join(place, 'work'));
      writeFileSync(join(place, 'example.mjs'), prelude + code);
      process.chdir(join(place, 'work'));
      t.after(() => process.chdir(before));
      await import(pathToFileURL(join(place, 'example.mjs')));
    });
  }
}

test('every call that is declared has an example', () => {
  const text = ['index', 'attribution', 'tasks', 'pleading', 'controls', 'task_handlers', 'executor'].map((name) => readFileSync(join(root, `node/${name}.d.ts`), 'utf8')).join('\n');
  for (const [, comment, name] of text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n *(?:export function |static )?(\w+)\(.*\): /g)) {
    assert.ok(comment.includes('@example'), name);
  }
});

test('the research agent is tried again, held back by a breaker, and approved by a second process', (t) => {
  const project = folder(t);
  const agent = join(root, 'examples/node/research_agent.mjs');
  const lines = execFileSync(process.execPath, [agent, project, 'bees'], { encoding: 'utf8', timeout: 120_000 }).trimEnd().split('\n');
  assert.match(lines[0], /^3 pages found; (9|1\d) calls; the breaker held back tasks: true$/);
  assert.deepEqual(lines.slice(1, 4), ['publishing is awaiting_approval', 'ana approves research.publish: approved', 'published 3 pages']);
  assert.match(lines[4], /^intact: \d+ entries$/);
  assert.equal(readFileSync(join(project, 'answer.txt'), 'utf8'), 'a page about criticism of bees\na page about history of bees\na page about methods of bees\n');
});

test('five lines record and verify', (t) => {
  const project = folder(t);
  sealbook.Ledger.openSync(project, { create: true }).closeSync();
  assert.match(execFileSync(process.execPath, [join(root, 'examples/node/five_lines.mjs'), project], { encoding: 'utf8' }), /^entry 1 recorded; intact: 2 entries/);
});
