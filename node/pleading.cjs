'use strict';

// What is said about pleas: votes, signed or not, votes that are taken back or handed over, and ballots that are signed elsewhere.

const { types } = require('node:util');
const take = require('./options.cjs');
const { fail } = require('./errors.cjs');
const { encodeValue } = require('./payload.cjs');
const { idOf, word } = require('./task_options.cjs');

/** The half of an orchestrator that people vote with. */
class Pleading {
  #soon;

  /** `soon` makes a native call on the tasks. */
  constructor(soon) {
    this.#soon = soon;
  }

  async pleas(options = undefined) {
    const { all = false } = take.known(options, ['all']);
    return JSON.parse(await this.#soon((tasks) => tasks.pleas(Boolean(all))));
  }

  approve(plea, options) {
    return this.#vote('approve', plea, options);
  }

  deny(plea, options) {
    return this.#vote('deny', plea, options);
  }

  async takeBack(plea, options) {
    const { as, key } = take.known(options, ['as', 'key']);
    return this.#say(plea, { choice: 'take_back' }, as, key);
  }

  async delegate(plea, to, options) {
    const { as, key } = take.known(options, ['as', 'key']);
    if (to === undefined) throw fail('INVALID_ARGUMENT', 'the vote is handed over to undefined; name a principal, or pass null to take it back');
    return this.#say(plea, to === null ? { choice: 'revoke' } : { choice: 'delegate', to }, as, key);
  }

  async ballot(plea, choice, options) {
    const { as, ...rest } = take.known(options, ['as', 'reason', 'behalf', 'to']);
    const args = [idOf(plea), word(as, 'who votes'), sayingOf({ choice, ...rest })];
    return JSON.parse(await this.#soon((tasks) => tasks.ballot(...args)));
  }

  async cast(ballot, signature) {
    if (ballot === null || typeof ballot !== 'object' || Array.isArray(ballot)) {
      throw fail('INVALID_ARGUMENT', `the ballot is ${nameOf(ballot)}; pass what ballot returned`);
    }
    const args = [encodeValue(ballot, 'the ballot'), digits(signature)];
    return JSON.parse(await this.#soon((tasks) => tasks.cast(...args)));
  }

  async #vote(choice, plea, options) {
    const { as, key, ...rest } = take.known(options, ['as', 'reason', 'behalf', 'key']);
    return this.#say(plea, { choice, ...rest }, as, key);
  }

  async #say(plea, saying, as, key) {
    const args = [idOf(plea), word(as, 'who votes'), sayingOf(saying), pem(key)];
    return JSON.parse(await this.#soon((tasks) => tasks.say(...args)));
  }
}

/** What the members of a saying are called in errors. */
const PARTS = { choice: 'the choice', reason: 'the reason', behalf: 'the owner of the vote', to: 'the delegate' };

/** The JSON text of what is said. Whether it makes sense is judged by the core. */
function sayingOf(said) {
  const form = { choice: word(said.choice, PARTS.choice) };
  for (const [name, value] of Object.entries(said)) {
    if (value !== undefined) form[name] = word(value, PARTS[name]);
  }
  return JSON.stringify(form);
}

/** A private key as PEM. No error repeats what was given: it may be a key all the same. */
function pem(key) {
  if (key === undefined || typeof key === 'string') return key;
  if (!types.isKeyObject(key)) {
    throw fail('INVALID_ARGUMENT', `the key is ${nameOf(key)}; pass its PEM text or a private KeyObject`);
  }
  if (key.type !== 'private' || key.asymmetricKeyType !== 'ed25519') {
    throw fail('INVALID_ARGUMENT', `the key is a ${key.type} ${key.asymmetricKeyType ?? 'symmetric'} key; pass a private ed25519 key`);
  }
  return key.export({ type: 'pkcs8', format: 'pem' });
}

/** A signature as hexadecimal digits. */
function digits(signature) {
  if (typeof signature === 'string') {
    if (/^[0-9a-f]{128}$/i.test(signature)) return signature;
    const begin = signature.length > 20 ? `${signature.slice(0, 20)}…` : signature;
    throw fail('INVALID_ARGUMENT', `the signature is ${JSON.stringify(begin)} of ${signature.length} characters; pass 128 hexadecimal digits`);
  }
  if (!types.isUint8Array(signature)) {
    throw fail('INVALID_ARGUMENT', `the signature is ${nameOf(signature)}; pass a Uint8Array of 64 bytes or 128 hexadecimal digits`);
  }
  if (signature.length !== 64) throw fail('INVALID_ARGUMENT', `the signature has ${signature.length} bytes; an Ed25519 signature has 64`);
  return Buffer.from(signature.buffer, signature.byteOffset, 64).toString('hex');
}

/** What a value is, and not what it holds. */
function nameOf(value) {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? `an object (${Object.prototype.toString.call(value).slice(8, -1)})` : `a ${typeof value}`;
}

module.exports = { Pleading };
