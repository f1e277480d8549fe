// Compiled by types.test.mjs as a module and as CommonJS, with tsc --strict. It never runs.
import {
  Attempt, Orchestrator, Permanent, RetryAfter, Snooze, TaskFailedError,
  Ledger, LedgerBusyError, PayloadError, SealbookError, canonicalize, canonicalizeJson, report as reportOn, reportSync, rules, rulesSync, scan,
  scanSync, stats, statsSync, testRules, testRulesSync, verifyExport, verifyExportSync, version, why, whySync,
  type Claim, type Entry, type ErrorCode, type Explanation, type Finding, type Imported, type NewRecord, type OpenOptions, type Page, type Payload, type Query, type Report, type RuleList, type ScanReport,
  type Stats, type TextMatch,
  type Agent, type Ballot, type Handler, type NewTask, type Plea, type TaskHandle, type TaskEvent, type TaskOptions, type TaskState, type TaskView, type WorkSummary,
} from 'sealbook';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function is<_ extends true>(): void {}

export async function uses(): Promise<void> {
  const options: OpenOptions = { create: true, readOnly: false, origin: 'example.com/x', busyTimeout: 100, payloadLimit: 1, redact: true };
  const ledger = await Ledger.open(new URL('file:///x'), options);
  Ledger.openSync().closeSync();
  Ledger.inMemory({ origin: 'example.com/x' });
  // @ts-expect-error a ledger in memory is always made
  Ledger.inMemory({ create: true });
  // @ts-expect-error the constructor is not for callers
  new Ledger();

  const entry = await ledger.record('custom.x', { actor: { type: 'ai', id: 'a' }, at: new Date(), n: 1n }, { id: 'x' });
  is<Same<typeof entry, Entry>>();
  is<Same<typeof entry.seq, bigint>>();
  is<Same<typeof entry.payload, Payload | null>>();
  // @ts-expect-error an actor has one of three types
  ledger.recordSync('custom.x', { actor: { type: 'robot', id: 'r2' } });
  // @ts-expect-error a payload is an object
  ledger.recordSync('custom.x', 'text');
  await ledger.recordJson('custom.x', new Uint8Array());
  const records: NewRecord[] = [{ kind: 'custom.x', payload: {} }];
  is<Same<ReturnType<typeof ledger.recordManySync>, Entry[]>>();
  await ledger.recordMany(new Set(records));

  ledger.getSync(1n);
  ledger.getSync(1);
  await ledger.get(entry.id);
  const query: Query = { kind: 'commit', since: new Date(), until: '2026-11-23', order: 'oldest', limit: 10 };
  for await (const found of ledger.query(query)) is<Same<typeof found, Entry>>();
  for (const found of ledger.querySync()) is<Same<typeof found, Entry>>();
  const page: Page = await ledger.queryPage({ ...query, cursor: 'o1' });
  is<Same<typeof page.next, string | null>>();
  // @ts-expect-error only a page has a cursor
  ledger.query({ cursor: 'o1' });

  const controller = new AbortController();
  const report: Report = await ledger.verify({ size: 1n, root: 'x', signal: controller.signal, onProgress: ({ done, total }) => done / total });
  is<Same<typeof report.entries, bigint>>();
  const finding: Finding | undefined = report.faults[0];
  if (report.faults[0]?.kind === 'truncated') is<Same<NonNullable<typeof finding>['seq'], bigint>>();
  // @ts-expect-error a blocking call cannot be aborted
  ledger.verifySync({ signal: controller.signal });
  is<Same<Awaited<ReturnType<typeof ledger.export>>, bigint>>();
  const imported: Imported = ledger.importSync('x');
  is<Same<typeof imported.recorded, bigint>>();
  const scanned: ScanReport = await ledger.scan('.', { record: false, revision: 'HEAD', signal: controller.signal });
  is<Same<typeof scanned.recorded, number | undefined>>();
  await scan(undefined, { onProgress() {} });
  scanSync('.', { revision: 'HEAD', history: true, tree: true, record: false, noIgnore: true, noCache: true });
  is<Same<typeof scanned.claims, Claim[] | undefined>>();
  // @ts-expect-error the history need not have been read
  scanned.commits.total;
  const explained: Explanation = await why('.', 'HEAD', { kind: 'commit', signal: controller.signal });
  is<Same<NonNullable<typeof explained.commit>['claims'], Claim[]>>();
  whySync(new URL('file:///x'), 'README.md', { kind: 'file', revision: 'HEAD' });
  // @ts-expect-error a target is a commit or a file
  whySync('.', 'x', { kind: 'folder' });
  const figures: Stats = await stats('.', { people: 'hashed', folders: 0, onProgress() {} });
  is<Same<typeof figures.commits.unknown, number>>();
  is<Same<ReturnType<typeof statsSync>, Stats>>();
  is<Same<Awaited<ReturnType<typeof reportOn>>, string>>();
  reportSync('.', { format: 'json', tree: false, title: 'x', ledger: new URL('file:///x') });
  const inForce: RuleList = await rules();
  is<Same<typeof inForce, ReturnType<typeof rulesSync>>>();
  const matches: TextMatch[] = [...(await testRules('.', 'x')), ...testRulesSync('.', 'x')];
  matches.forEach((match) => is<Same<typeof match.rule, string>>());
  is<Same<ReturnType<typeof verifyExportSync>, Report>>();
  await verifyExport('x', { size: 3 });
  is<Same<typeof version, string>>();
  canonicalize({ a: 1 }) + canonicalizeJson('{}');
  is<Same<ReturnType<typeof ledger.size>, bigint>>();
  is<Same<typeof ledger.path, string | null>>();

  try {
    await ledger.close();
  } catch (error) {
    if (error instanceof LedgerBusyError) {
      is<Same<typeof error.code, 'LEDGER_BUSY'>>();
      const base: SealbookError = error;
      is<Same<typeof base.code, ErrorCode>>();
      is<Same<typeof base.retryable, boolean>>();
    } else if (error instanceof PayloadError && error.code === 'PAYLOAD_NOT_FINITE') {
      is<Same<typeof error.number, number>>();
    }
  }
  await using closing = ledger;
  using closed = ledger;
}

export async function tasks(): Promise<void> {
  await using o = await Orchestrator.open(new URL('file:///x'), { requester: 'ann', create: true });
  await Orchestrator.open(o.ledger);
  // @ts-expect-error the constructor is not for callers
  new Orchestrator();
  const options: TaskOptions = { priority: 'high', retry: { nonRetryable: [TypeError, 'X'] }, after: ['x', { task: 'y', onFailure: 'run' }], notBefore: new Date() };
  const handle = await o.submit<number>('add', [1, 2], options);
  is<Same<Awaited<ReturnType<typeof handle.result>>, number>>();
  // @ts-expect-error a misspelt option
  await o.submit('add', null, { pirority: 1 });
  const many: NewTask[] = [['a'], ['a', 1], { kind: 'b', arguments: 2, priority: 7 }];
  await o.submitMany(many);
  const add: Handler = async (attempt) => {
    is<Same<typeof attempt, Attempt>>();
    is<Same<typeof attempt.signal, AbortSignal>>();
    attempt.beat({ n: 1 });
    if (attempt.cancelled) throw new Snooze(5);
    if (attempt.attempt > 1) throw new Permanent('no', { cause: new Error('x') });
    throw new RetryAfter(5, 'busy', { cause: 1 });
  };
  const summary: WorkSummary = await o.work({ add, 'a.b': ({ arguments: n }) => n }, { concurrency: 4, least: 1, grace: 100, spare: 2, signal: new AbortController().signal, lease: 1000, untilIdle: true });
  is<Same<typeof summary.completed, number>>();
  await o.work(new Map([['add', add]]));
  const view: TaskView = await o.wait(handle, { timeout: 5 });
  is<Same<typeof view.state, TaskState>>();
  const pleas: Plea[] = await o.pleas({ all: true });
  for (const plea of pleas) is<Same<Awaited<ReturnType<typeof o.approve>>, typeof plea>>();
  // @ts-expect-error somebody votes
  await o.approve('x');
  const options_ = { as: 'bob', reason: 'tested', behalf: 'cat', key: 'PEM' };
  is<Same<Awaited<ReturnType<typeof o.takeBack>>, Plea>>();
  is<Same<Plea['votes'][number]['verified'], boolean>>();
  await o.approve(handle, options_);
  await o.deny(handle, { ...options_, key: { type: 'private', asymmetricKeyType: 'ed25519' } });
  // @ts-expect-error a denial needs a reason
  await o.deny(handle, { as: 'bob' });
  // @ts-expect-error bytes are no key
  await o.approve(handle, { as: 'bob', key: new Uint8Array() });
  await o.takeBack(handle, { as: 'bob' });
  await o.delegate(handle, 'dan', { as: 'bob' });
  await o.delegate(handle, null, { as: 'bob' });
  // @ts-expect-error a vote is handed over to somebody
  await o.delegate(handle, undefined, { as: 'bob' });
  const ballot: Ballot = await o.ballot(handle, 'delegate', { as: 'bob', to: 'dan' });
  is<Same<typeof ballot.behalf, string | undefined>>();
  await o.cast(ballot, new Uint8Array(64));
  await o.cast(ballot, '00');
  const agent: Agent = await o.setHealth('reader', 'down', { as: 'ops', reason: 'it babbles' });
  await o.setHealth(agent, 'healthy');
  // @ts-expect-error its figures make an agent degraded
  await o.setHealth(agent, 'degraded');
  const both = await o.recordAndSubmit([{ kind: 'custom.x', payload: {}, id: 'x' }], many);
  is<Same<typeof both, { entries: Entry[]; tasks: TaskHandle[] }>>();
  for await (const event of o.events({ behind: 0, follow: false })) is<Same<typeof event, TaskEvent>>();
  o.on('completed', (event) => event.number).once('error', (error) => error.message).off('event', () => {});
  const counts = await o.counts();
  is<Same<typeof counts.queued, number | undefined>>();
  try {
    await handle.result();
  } catch (error) {
    if (error instanceof TaskFailedError) is<Same<typeof error.state, TaskState>>();
  }
}
