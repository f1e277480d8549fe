'use strict';

const native = require('./native.cjs');
const results = require('./results.cjs');
const take = require('./options.cjs');
const { encode, raw } = require('./payload.cjs');
const { classes, blocking } = require('./errors.cjs');
const { WATCH, watched } = require('./calls.cjs');
const { Ledger } = require('./ledger.cjs');
const { Attempt, Snooze, Permanent, RetryAfter } = require('./attempt.cjs');
const { Orchestrator } = require('./orchestrator.cjs');
const { Executor, Calls } = require('./executor.cjs');
const { Events } = require('./feed.cjs');
const { TaskHandle, TaskFailedError } = require('./task_handle.cjs');
const { scanning, ...attribution } = require('./attribution.cjs');

async function verifyExport(path, options = undefined) {
  const args = [take.path(path), ...take.expected(options, [...take.EXPECTED, ...WATCH])];
  return results.report(await watched((watch) => native.verifyExport(...args, watch), options));
}

function verifyExportSync(path, options = undefined) {
  const args = [take.path(path), ...take.expected(options)];
  return results.report(blocking(() => native.verifyExportSync(...args)));
}

function canonicalize(payload) {
  const json = encode(payload);
  return blocking(() => native.canonicalize(json));
}

function canonicalizeJson(json) {
  const text = raw(json);
  return blocking(() => native.canonicalize(text));
}

module.exports = {
  version: native.version(),
  Ledger,
  Orchestrator,
  TaskHandle,
  Attempt,
  Events,
  Executor,
  Calls,
  Snooze,
  Permanent,
  RetryAfter,
  TaskFailedError,
  ...attribution,
  verifyExport,
  verifyExportSync,
  canonicalize,
  canonicalizeJson,
  ...classes,
};
