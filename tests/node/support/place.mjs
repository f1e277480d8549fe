// Puts the native library that cargo built beside the package, where the loader looks first.
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);
const target = process.env.CARGO_TARGET_DIR ? `${process.env.CARGO_TARGET_DIR}/` : fileURLToPath(new URL('target/', root));
const name = { win32: 'sealbook_node.dll', darwin: 'libsealbook_node.dylib' }[process.platform] ?? 'libsealbook_node.so';
const built = `${target}${process.env.SEALBOOK_PROFILE ?? 'debug'}/${name}`;
if (!existsSync(built)) throw new Error(`${built} is missing; run \`cargo build -p sealbook-node\` first`);
const placed = fileURLToPath(new URL('node/native.node', root));
// Renamed into place, so that a process which has the old file mapped keeps it.
copyFileSync(built, `${placed}.new`);
renameSync(`${placed}.new`, placed);
