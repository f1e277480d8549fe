'use strict';

// Finds and loads the native half: the file that an environment variable names, one beside this file, or the package of the platform.

const { version } = require('../package.json');

/** The platform as the napi command line names it; on Linux without a known C library, both possible names. */
function triples() {
  const { platform, arch } = process;
  if (platform === 'win32') return [`win32-${arch}-msvc`];
  if (platform !== 'linux') return [`${platform}-${arch}`];
  const { header } = process.report.getReport();
  return [header.glibcVersionRuntime ? `linux-${arch}-gnu` : `linux-${arch}-musl`];
}

function candidates() {
  const named = process.env.NAPI_RS_NATIVE_LIBRARY_PATH;
  if (named) return [named];
  const files = ['./native.node', ...triples().map((triple) => `./native.${triple}.node`)];
  return [...files, ...triples().map((triple) => `sealbook-${triple}`)];
}

function load() {
  const failures = [];
  for (const candidate of candidates()) {
    try {
      const native = require(candidate);
      if (native.version() === version) return native;
      throw new Error(`it is of version ${native.version()}, this package of ${version}`);
    } catch (cause) {
      failures.push(new Error(`${candidate}: ${cause.message.split('\n')[0]}`, { cause }));
    }
  }
  const error = new Error(
    `sealbook's native library for ${process.platform}-${process.arch} cannot be loaded:\n` +
      failures.map((failure) => `  ${failure.message}`).join('\n') +
      '\nInstall sealbook without --omit=optional, or name the file in NAPI_RS_NATIVE_LIBRARY_PATH',
    { cause: new AggregateError(failures, 'every place was tried') },
  );
  error.code = 'ERR_SEALBOOK_NATIVE';
  throw error;
}

module.exports = load();
