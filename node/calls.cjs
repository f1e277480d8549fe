'use strict';

// Long native calls: cancelled by an AbortSignal, watched by a timer. The native threads never call into JavaScript.

const native = require('./native.cjs');
const { fail, revived } = require('./errors.cjs');

/** Milliseconds between two looks at the progress. */
const LOOK = 50;

/** The names of the options that every long call takes. */
const WATCH = ['signal', 'onProgress'];

/** The outcome of a native promise, its error revived. */
async function settled(start) {
  try {
    return await start();
  } catch (error) {
    throw revived(error);
  }
}

/** Runs a native call that takes a watch. An abort rejects with the signal's reason once the call has stopped. */
async function watched(start, { signal, onProgress } = {}) {
  check(signal, onProgress);
  signal?.throwIfAborted?.();
  if (signal?.aborted) throw signal.reason;
  const watch = new native.Watch();
  const cancel = () => watch.cancel();
  let thrown;
  const look = () => {
    try {
      onProgress({ done: watch.done(), total: watch.total() });
    } catch (error) {
      thrown ??= { error };
      cancel();
    }
  };
  const timer = onProgress && setInterval(look, LOOK).unref();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const result = await settled(() => start(watch));
    clearInterval(timer);
    if (onProgress && !thrown) look();
    if (thrown) throw thrown.error;
    return result;
  } catch (error) {
    if (thrown) throw thrown.error;
    if (error?.code === 'CANCELLED' && signal?.aborted) throw signal.reason;
    throw error;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

function check(signal, onProgress) {
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw fail('INVALID_ARGUMENT', 'signal is no AbortSignal; pass `controller.signal`');
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw fail('INVALID_ARGUMENT', `onProgress is a ${typeof onProgress}; pass a function`);
  }
}

module.exports = { WATCH, settled, watched };
