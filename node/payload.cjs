'use strict';

// From a JavaScript value to a JSON text that means the same. JSON.stringify alone would turn NaN into null, a Map into {} and drop functions
// without a word; everything else is judged by the core.

const { types } = require('node:util');
const { fail } = require('./errors.cjs');

/** Objects that JSON.stringify would write as {}. */
const OPAQUE = [
  types.isMap, types.isSet, types.isWeakMap, types.isWeakSet, types.isPromise, types.isRegExp, types.isNativeError, types.isAnyArrayBuffer,
];

/** The depth that the core allows, and so the depth to which the quick look goes. */
const DEPTH = 128;

/** The JSON text of a payload. */
function encode(payload) {
  if (payload === null || typeof payload !== 'object') {
    throw fail('PAYLOAD_NOT_OBJECT', `the payload is ${payload === null ? 'null' : `a ${typeof payload}`}; pass an object`);
  }
  try {
    const text = isPlain(payload, 0) ? JSON.stringify(payload) : JSON.stringify(payload, judge);
    return text ?? 'null'; // toJSON returned undefined: the core says that this is no object
  } catch (cause) {
    throw explained(cause);
  }
}

/** Whether JSON.stringify loses nothing of a value, by a quick look: a replacer doubles its time. */
function isPlain(value, depth) {
  switch (typeof value) {
    case 'string': case 'boolean': case 'undefined': return true;
    case 'number': return Number.isFinite(value);
    case 'object': break;
    default: return false;
  }
  if (value === null) return true;
  if (depth > DEPTH || value.toJSON !== undefined) return false;
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const name in value) {
    if (!isPlain(value[name], depth + 1)) return false;
  }
  return true;
}

/** A replacer that refuses what JSON cannot hold, and writes safe bigints as numbers. */
function judge(name, value) {
  if (types.isNumberObject(value) || types.isBigIntObject(value)) value = value.valueOf();
  switch (typeof value) {
    case 'number':
      if (Number.isFinite(value)) return value;
      throw fail('PAYLOAD_NOT_FINITE', `the member ${JSON.stringify(name)} is ${value}; leave it out or write it as a string`);
    case 'bigint':
      if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return Number(value);
      throw fail('PAYLOAD_INTEGER_RANGE', `the member ${JSON.stringify(name)} is ${value}, beyond ±(2^53-1); write it as a string`);
    case 'function': case 'symbol':
      throw new TypeError(`the member ${JSON.stringify(name)} of the payload is a ${typeof value}, which JSON cannot hold`);
    case 'object':
      if (value !== null && OPAQUE.some((is) => is(value))) {
        throw new TypeError(`the member ${JSON.stringify(name)} of the payload is ${Object.prototype.toString.call(value)}, which JSON writes as {}; convert it`);
      }
  }
  return value;
}

function explained(cause) {
  if (cause instanceof RangeError && cause.message.includes('call stack')) {
    return fail('PAYLOAD_TOO_DEEP', 'the payload is nested too deeply to be written as JSON; flatten it', { cause });
  }
  if (cause instanceof RangeError && cause.message.includes('string length')) {
    return fail('PAYLOAD_TOO_LARGE', 'the payload is too large for one string; record a digest of it', { cause });
  }
  if (cause instanceof TypeError && cause.message.startsWith('Converting circular structure')) {
    return fail('PAYLOAD_NOT_JSON', 'the payload refers to itself; record it without the circle', { cause });
  }
  return cause;
}

/** The JSON text of any value that JSON can hold; nothing is null. */
function encodeValue(value, what) {
  if (value === undefined) return 'null';
  try {
    const text = isPlain(value, 0) ? JSON.stringify(value) : JSON.stringify(value, judge);
    if (text !== undefined) return text;
  } catch (cause) {
    throw explained(cause);
  }
  throw new TypeError(`${what} is a ${typeof value}, which JSON cannot hold`);
}

/** A payload that is JSON already, as the native call takes it. */
function raw(json) {
  if (json instanceof Uint8Array) return json;
  if (typeof json !== 'string') throw fail('INVALID_ARGUMENT', `the JSON is a ${typeof json}; pass a string or a Uint8Array`);
  if (!json.isWellFormed()) throw fail('PAYLOAD_LONE_SURROGATE', 'the JSON has half of a surrogate pair; remove or complete it');
  return json;
}

module.exports = { encode, encodeValue, raw };
