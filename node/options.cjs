'use strict';

// Arguments as the native calls take them.

const { fileURLToPath } = require('node:url');
const { fail } = require('./errors.cjs');

/** The options, if they are known ones; a misspelt one is an error and not ignored. */
function known(options, names, code = 'INVALID_ARGUMENT') {
  if (options === undefined) return {};
  if (options === null || typeof options !== 'object') throw fail(code, `the options are ${options === null ? 'null' : `a ${typeof options}`}; pass an object`);
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw fail(code, `there is no option ${JSON.stringify(name)}; there are ${names.join(', ')}`);
  }
  return options;
}

/** A string, or undefined where that is allowed. */
function text(value, what, { optional = false, code = 'INVALID_ARGUMENT' } = {}) {
  if (typeof value === 'string' || (optional && value === undefined)) return value;
  throw fail(code, `${what} is ${value === null ? 'null' : `a ${typeof value}`}; pass a string`);
}

/** A path, which may be a file: URL. */
function path(value, what = 'the path') {
  if (!(value instanceof URL)) return text(value, what);
  try {
    return fileURLToPath(value);
  } catch (cause) {
    throw fail('INVALID_ARGUMENT', `${what} is ${value.href}; pass a file: URL or a string`, { cause });
  }
}

/** A bigint from a whole number. Its range is judged by the native call. */
function whole(value, what) {
  if (value === undefined || typeof value === 'bigint') return value;
  if (Number.isSafeInteger(value)) return BigInt(value);
  throw fail('INVALID_ARGUMENT', `${what} is ${String(value)}; pass a bigint or a whole number up to 2^53-1`);
}

const OPEN = { create: 'create', readOnly: 'read_only', origin: 'origin', busyTimeout: 'busy_timeout_ms', payloadLimit: 'payload_limit', redact: 'redact' };

function open(options, names = Object.keys(OPEN)) {
  const entries = Object.entries(known(options, names)).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(entries.map(([name, value]) => [OPEN[name], value])));
}

/** Those of the options that have these names, with the names of the JSON forms. Their values are judged by the native call. */
function wire(options, names) {
  const entries = names.map((name) => [WIRE[name] ?? name, options[name]]).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(entries));
}

/** Options whose names differ from those of the JSON forms. */
const WIRE = { noIgnore: 'no_ignore', noCache: 'no_cache', kind: 'target' };

const QUERY = ['kind', 'actor', 'spec', 'path', 'since', 'until', 'order', 'limit'];

/** The members of a query. */
function query(options, names = QUERY) {
  const { since, until, ...rest } = known(options, names, 'INVALID_QUERY');
  if (rest.limit !== undefined && !(Number.isSafeInteger(rest.limit) && rest.limit > 0)) {
    throw fail('INVALID_QUERY', `the limit is ${String(rest.limit)}; pass a whole number from 1`);
  }
  return { ...rest, since: time(since, 'since'), until: time(until, 'until') };
}

function time(value, what) {
  if (!(value instanceof Date)) return text(value, what, { optional: true, code: 'INVALID_QUERY' });
  if (Number.isNaN(value.getTime())) throw fail('INVALID_QUERY', `${what} is an invalid Date`);
  return value.toISOString();
}

const EXPECTED = ['origin', 'size', 'root'];

/** Origin, size and root, in the order of the native calls' arguments. */
function expected(options, names = EXPECTED) {
  const { origin, size, root } = known(options, names);
  return [text(origin, 'the origin', { optional: true }), whole(size, 'the size'), text(root, 'the root', { optional: true })];
}

module.exports = { known, text, path, whole, wire, open, query, expected, QUERY, EXPECTED };
