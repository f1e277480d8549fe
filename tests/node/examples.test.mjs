// Runs every JavaScript example of the declarations and the guide. Those of the declarations get the package's names and `assert` by import.
import assert from 'node:assert/strict';
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
  const text = ['index', 'attribution', 'tasks'].map((name) => readFileSync(join(root, `node/${name}.d.ts`), 'utf8')).join('\n');
  for (const [, comment, name] of text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n *(?:export function |static )?(\w+)\(.*\): /g)) {
    assert.ok(comment.includes('@example'), name);
  }
});
