// Packs the package, installs it into empty folders without a network, and uses it there. With SEALBOOK_PROFILE=release the napi command
// line builds the library that is published; otherwise it is the one that `make native` has put into place.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(import.meta.url);
const place = mkdtempSync(join(tmpdir(), 'sealbook-pack-'));
let tarball;

const run = (command, args, cwd) => execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const npm = (args, cwd) => run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, cwd);

before(() => {
  const stage = join(place, 'stage');
  mkdirSync(stage);
  for (const path of ['package.json', 'node', 'docs/node.md']) {
    cpSync(join(root, path), join(stage, path), { recursive: true, filter: (file) => !file.endsWith('.node') });
  }
  if (process.env.SEALBOOK_PROFILE === 'release') {
    npm(['run', 'build', '--', '--output-dir', join(stage, 'node')], root);
  } else {
    const abi = process.platform === 'linux' ? (process.report.getReport().header.glibcVersionRuntime ? '-gnu' : '-musl') : '';
    cpSync(join(root, 'node/native.node'), join(stage, `node/native.${process.platform}-${process.arch}${abi}.node`));
  }
  tarball = join(place, JSON.parse(npm(['pack', '--json', '--pack-destination', place], stage))[0].filename);
});

after(() => rmSync(place, { recursive: true, force: true }));

/** An empty project that has the package installed. */
function project(name, type) {
  const folder = join(place, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type }));
  npm(['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball], folder);
  return folder;
}

const USE = `const ledger = await Ledger.open('.', { create: true });
  const entry = await ledger.record('custom.x', { n: 1 });
  if (entry.seq !== 1n || (await ledger.verify()).verdict !== 'intact') throw new Error('not intact');
  await ledger.close();
  console.log(version);`;

for (const [name, type, file, script] of [
  ['imports', 'module', 'index.js', `import { Ledger, version } from 'sealbook';\n${USE}`],
  ['requires', 'commonjs', 'index.js', `const { Ledger, version } = require('sealbook');\n(async () => {${USE}})();`],
  ['imports-dynamically', 'commonjs', 'index.cjs', `(async () => { const { Ledger, version } = await import('sealbook');\n${USE}})();`],
]) {
  test(`a project that ${name} can use it`, () => {
    const folder = project(name, type);
    writeFileSync(join(folder, file), script);
    assert.equal(run(process.execPath, [file], folder), `${require('../../package.json').version}\n`);
  });
}

test('it holds one native library, its types, and nothing of the project beside', () => {
  const folder = project('looks', 'module');
  const installed = join(folder, 'node_modules/sealbook');
  const native = readdirSync(join(installed, 'node')).filter((name) => name.endsWith('.node'));
  assert.equal(native.length, 1);
  assert.match(native[0], /^native\.[a-z0-9]+-[a-z0-9]+(-[a-z]+)?\.node$/);
  assert.deepEqual(readdirSync(installed).sort(), ['docs', 'node', 'package.json']);
  assert.deepEqual(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')), ['sealbook']);
  writeFileSync(join(folder, 'uses.mts'), "import { Ledger } from 'sealbook';\nexport const size: bigint = Ledger.inMemory().size();\n");
  const tsc = join(require.resolve('typescript/package.json'), '..', require('typescript/package.json').bin.tsc);
  run(process.execPath, [tsc, '--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', '', 'uses.mts'], folder);
});
