'use strict';

// What an AI wrote: the calls that need no open ledger.

const native = require('./native.cjs');
const take = require('./options.cjs');
const { blocking } = require('./errors.cjs');
const { WATCH, settled, watched } = require('./calls.cjs');

/** The names of the options of each call. */
const SCAN = ['history', 'tree', 'record', 'revision', 'noIgnore', 'noCache'];
const WHY = ['kind', 'revision'];
const STATS = ['revision', 'people', 'folders', 'noCache'];
const REPORT = [...STATS, 'format', 'tree', 'title', 'ledger'];

async function scan(path = '.', options = undefined) {
  const args = scanning(path, options, WATCH);
  return JSON.parse(await watched((watch) => native.scan(...args, watch), options));
}

function scanSync(path = '.', options = undefined) {
  const args = scanning(path, options);
  return JSON.parse(blocking(() => native.scanSync(...args)));
}

function scanning(path, options, more = []) {
  return [take.path(path), take.wire(take.known(options, [...SCAN, ...more]), SCAN)];
}

async function why(path, target, options = undefined) {
  const args = explaining(path, target, options, WATCH);
  return JSON.parse(await watched((watch) => native.why(...args, watch), options));
}

function whySync(path, target, options = undefined) {
  const args = explaining(path, target, options);
  return JSON.parse(blocking(() => native.whySync(...args)));
}

function explaining(path, target, options, more = []) {
  return [take.path(path), take.text(target, 'the target'), take.wire(take.known(options, [...WHY, ...more]), WHY)];
}

async function stats(path = '.', options = undefined) {
  const args = [take.path(path), take.wire(take.known(options, [...STATS, ...WATCH]), STATS)];
  return JSON.parse(await watched((watch) => native.stats(...args, watch), options));
}

function statsSync(path = '.', options = undefined) {
  const args = [take.path(path), take.wire(take.known(options, STATS), STATS)];
  return JSON.parse(blocking(() => native.statsSync(...args)));
}

async function report(path = '.', options = undefined) {
  const args = reporting(path, options, WATCH);
  return watched((watch) => native.report(...args, watch), options);
}

function reportSync(path = '.', options = undefined) {
  const args = reporting(path, options);
  return blocking(() => native.reportSync(...args));
}

function reporting(path, options, more = []) {
  const { ledger, ...rest } = take.known(options, [...REPORT, ...more]);
  const file = ledger === undefined ? undefined : take.path(ledger, 'the ledger');
  return [take.path(path), take.wire({ ...rest, ledger: file }, REPORT)];
}

async function rules(path = '.') {
  const folder = take.path(path);
  return JSON.parse(await settled(() => native.rules(folder)));
}

function rulesSync(path = '.') {
  const folder = take.path(path);
  return JSON.parse(blocking(() => native.rulesSync(folder)));
}

async function testRules(path, text) {
  const args = [take.path(path), take.text(text, 'the text')];
  return JSON.parse(await settled(() => native.testRules(...args)));
}

function testRulesSync(path, text) {
  const args = [take.path(path), take.text(text, 'the text')];
  return JSON.parse(blocking(() => native.testRulesSync(...args)));
}

module.exports = {
  scanning, scan, scanSync, why, whySync, stats, statsSync, report, reportSync, rules, rulesSync, testRules, testRulesSync,
};
