'use strict';

const native = require('./native.cjs');
const results = require('./results.cjs');
const take = require('./options.cjs');
const { encode, raw } = require('./payload.cjs');
const { fail, blocking } = require('./errors.cjs');
const { WATCH, settled, watched } = require('./calls.cjs');
const { scanning } = require('./attribution.cjs');

/** Entries that an iteration reads at a time. */
const PAGE = 1000;

/** What only this module can pass to the constructor. */
const MADE = Symbol('made by Ledger');

class Ledger {
  #handle;
  #closed = false;
  #underWay = new Set();

  constructor(made, handle) {
    if (made !== MADE) throw new TypeError('a Ledger is made by Ledger.open, Ledger.openSync or Ledger.inMemory');
    this.#handle = handle;
  }

  static async open(path = '.', options = undefined) {
    const [file, wire] = [take.path(path), take.open(options)];
    return new Ledger(MADE, await settled(() => native.openHandle(file, wire)));
  }

  static openSync(path = '.', options = undefined) {
    const [file, wire] = [take.path(path), take.open(options)];
    return new Ledger(MADE, blocking(() => native.Handle.openSync(file, wire)));
  }

  static inMemory(options = undefined) {
    const wire = take.open(options, ['origin', 'payloadLimit', 'redact']);
    return new Ledger(MADE, blocking(() => native.Handle.inMemory(wire)));
  }

  get path() {
    return this.#now((handle) => handle.path()) ?? null;
  }

  get origin() {
    return this.#now((handle) => handle.origin()) ?? null;
  }

  size() {
    return this.#now((handle) => handle.size());
  }

  async record(kind, payload, options = undefined) {
    const args = [take.text(kind, 'the kind'), encode(payload), id(options)];
    return results.entry(await this.#soon((handle) => handle.record(...args)));
  }

  recordSync(kind, payload, options = undefined) {
    const args = [take.text(kind, 'the kind'), encode(payload), id(options)];
    return results.entry(this.#now((handle) => handle.recordSync(...args)));
  }

  async recordJson(kind, json, options = undefined) {
    const args = [take.text(kind, 'the kind'), raw(json), id(options)];
    return results.entry(await this.#soon((handle) => handle.record(...args)));
  }

  recordJsonSync(kind, json, options = undefined) {
    const args = [take.text(kind, 'the kind'), raw(json), id(options)];
    return results.entry(this.#now((handle) => handle.recordSync(...args)));
  }

  async recordMany(records) {
    const json = batch(records);
    return results.entries(await this.#soon((handle) => handle.recordMany(json)));
  }

  recordManySync(records) {
    const json = batch(records);
    return results.entries(this.#now((handle) => handle.recordManySync(json)));
  }

  async get(key) {
    const entry = entryKey(key);
    return results.entry(await this.#soon((handle) => handle.get(entry)));
  }

  getSync(key) {
    const entry = entryKey(key);
    return results.entry(this.#now((handle) => handle.getSync(entry)));
  }

  async *query(options = undefined) {
    const { limit = Infinity, ...query } = take.query(options);
    for (let left = limit, cursor; left > 0; ) {
      const page = await this.queryPage({ ...query, cursor, limit: Math.min(left, PAGE) });
      yield* page.entries;
      if (page.next === null) return;
      left -= page.entries.length;
      cursor = page.next;
    }
  }

  *querySync(options = undefined) {
    const { limit = Infinity, ...query } = take.query(options);
    for (let left = limit, cursor; left > 0; ) {
      const page = this.queryPageSync({ ...query, cursor, limit: Math.min(left, PAGE) });
      yield* page.entries;
      if (page.next === null) return;
      left -= page.entries.length;
      cursor = page.next;
    }
  }

  async queryPage(options = undefined) {
    const json = pageQuery(options);
    return results.page(await this.#soon((handle) => handle.query(json)));
  }

  queryPageSync(options = undefined) {
    const json = pageQuery(options);
    return results.page(this.#now((handle) => handle.querySync(json)));
  }

  async verify(options = undefined) {
    const expected = take.expected(options, [...take.EXPECTED, ...WATCH]);
    return results.report(await this.#long(options, (handle, watch) => handle.verify(...expected, watch)));
  }

  verifySync(options = undefined) {
    const expected = take.expected(options);
    return results.report(this.#now((handle) => handle.verifySync(...expected)));
  }

  async reindex(options = undefined) {
    await this.#long(take.known(options, WATCH), (handle, watch) => handle.reindex(watch));
  }

  reindexSync() {
    this.#now((handle) => handle.reindexSync());
  }

  async export(path, options = undefined) {
    const file = take.path(path);
    return this.#long(take.known(options, WATCH), (handle, watch) => handle.export(file, watch));
  }

  exportSync(path) {
    const file = take.path(path);
    return this.#now((handle) => handle.exportSync(file));
  }

  async import(path, options = undefined) {
    const file = take.path(path);
    return results.imported(await this.#long(take.known(options, WATCH), (handle, watch) => handle.import(file, watch)));
  }

  importSync(path) {
    const file = take.path(path);
    return results.imported(this.#now((handle) => handle.importSync(file)));
  }

  async scan(path = '.', options = undefined) {
    const args = scanning(path, options, WATCH);
    return JSON.parse(await this.#long(options, (handle, watch) => handle.scan(...args, watch)));
  }

  scanSync(path = '.', options = undefined) {
    const args = scanning(path, options);
    return JSON.parse(this.#now((handle) => handle.scanSync(...args)));
  }

  async close() {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    this.closeSync();
  }

  closeSync() {
    this.#closed = true;
    this.#handle.close();
  }

  /** The native handle, for this package's own modules. */
  static handleOf(ledger) {
    return ledger.#open();
  }

  #now(call) {
    this.#open();
    return blocking(() => call(this.#handle));
  }

  #soon(call) {
    return this.#counted(settled(() => call(this.#open())));
  }

  #long(options, call) {
    return this.#counted(watched((watch) => call(this.#open(), watch), options));
  }

  #open() {
    if (this.#closed) throw fail('CLOSED', 'the ledger was closed; open it anew');
    return this.#handle;
  }

  /** Remembers a call until it has ended, so that close can wait for it. */
  async #counted(call) {
    this.#underWay.add(call);
    try {
      return await call;
    } finally {
      this.#underWay.delete(call);
    }
  }
}

for (const [symbol, method] of [[Symbol.dispose, 'closeSync'], [Symbol.asyncDispose, 'close']]) {
  if (symbol) Object.defineProperty(Ledger.prototype, symbol, { value: Ledger.prototype[method], configurable: true, writable: true });
}

const { handleOf } = Ledger;
delete Ledger.handleOf;

const id = (options) => take.text(take.known(options, ['id']).id, 'the id', { optional: true });

const entryKey = (key) => (typeof key === 'string' ? key : take.whole(key, 'the entry') ?? take.text(key, 'the entry'));

const pageQuery = (options) => JSON.stringify(take.query(options, [...take.QUERY, 'cursor']));

/** The JSON text of an iterable of records. */
function batch(records) {
  if (typeof records?.[Symbol.iterator] !== 'function' || typeof records === 'string') {
    throw fail('INVALID_ARGUMENT', `the records are a ${typeof records}; pass an iterable of {kind, payload}`);
  }
  return `[${Array.from(records, one).join(',')}]`;
}

function one(record, index) {
  try {
    if (record === null || typeof record !== 'object') {
      throw fail('INVALID_ARGUMENT', `a record is ${record === null ? 'null' : `a ${typeof record}`}; pass {kind, payload}`);
    }
    const { kind, payload, id: key } = take.known(record, ['kind', 'payload', 'id']);
    const name = JSON.stringify(take.text(kind, 'the kind').toWellFormed());
    const suffix = take.text(key, 'the id', { optional: true }) === undefined ? '' : `,"id":${JSON.stringify(key.toWellFormed())}`;
    return `{"kind":${name},"payload":${encode(payload)}${suffix}}`;
  } catch (error) {
    if (error.context) error.context = { ...error.context, record: String(index) };
    throw error;
  }
}

module.exports = { Ledger, batch, handleOf };
