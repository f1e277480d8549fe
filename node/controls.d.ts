import type { ActOptions, Agent, Breaker, BreakerAct, Limit, NewLimit } from './task_forms.js';

/** What lets the tasks of an {@link Orchestrator} run: limits, breakers and agents. */
export interface Controls {
  /**
   * Limits or pauses a kind, a key, a dependency or the whole queue, in all processes. What is given replaces what was set before; without any limit it is let go.
   *
   * @returns All that is limited then.
   * @throws `INVALID_POLICY` if figures make no sense, several of a kind, a key and a dependency are given, or what is no dependency is to be
   * adaptive; `ACCESS_REFUSED` if whoever acts may not manage the kind, or not all kinds.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const [limit] = await orchestrator.limit({ kind: 'deploy', concurrency: 1, rate: { starts: 100, per: 60_000 } });
   * assert.deepEqual([limit.kind, limit.rate.burst, limit.paused], ['deploy', 1, false]);
   * assert.deepEqual(await orchestrator.limit({ kind: 'deploy' }), []);
   * const [{ adaptive }] = await orchestrator.limit({ dependency: 'model', adaptive: { most: 50, least: 2 } });
   * assert.deepEqual(adaptive, { least: 2, most: 50, first: 10, now: 10 });
   * await orchestrator.close();
   * ```
   */
  limit(limit: NewLimit, options?: ActOptions): Promise<Limit[]>;

  /**
   * All that is limited or paused.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * await orchestrator.limit({ paused: true }, { reason: 'maintenance' });
   * assert.equal((await orchestrator.limits())[0].paused, true);
   * await orchestrator.close();
   * ```
   */
  limits(): Promise<Limit[]>;

  /**
   * Opens the breaker of a dependency by hand, closes it, or resets it: closes it, and forgets what was learned about the dependency. While it is
   * open, tasks that call the dependency are parked and spend no attempt; no probe passes either until it is closed by hand.
   *
   * @returns The breaker as it stands then.
   * @throws `ACCESS_REFUSED` if whoever acts may not manage all kinds; `INVALID_ARGUMENT` for another act.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const breaker = await orchestrator.breaker('api.example', 'open', { reason: 'maintenance' });
   * assert.deepEqual([breaker.state, breaker.until], ['forced', null]);
   * assert.equal((await orchestrator.breaker('api.example', 'close')).state, 'closed');
   * await orchestrator.close();
   * ```
   */
  breaker(dependency: string, act: BreakerAct, options?: ActOptions): Promise<Breaker>;

  /**
   * The breakers of all dependencies that were ever called.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * await orchestrator.breaker('api.example', 'open', { reason: 'maintenance' });
   * assert.equal((await orchestrator.breakers())[0].reason, 'maintenance');
   * await orchestrator.close();
   * ```
   */
  breakers(): Promise<Breaker[]>;

  /**
   * The agents that there are and those that were: workers with a profile.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory();
   * const task = await orchestrator.submit('read', 1, { needs: { capabilities: [{ name: 'pdf', version: [1, 0] }] } });
   * assert.match((await task.show()).waiting, /none is registered/);
   * const agent = { id: 'reader', capabilities: [{ name: 'pdf', version: [1, 2] }] };
   * await orchestrator.work({ read: () => 'read' }, { untilIdle: true, agent });
   * const [{ id, given }] = await orchestrator.agents();
   * assert.deepEqual([await task.result(), id, given], ['read', 'reader', 1]);
   * await orchestrator.close();
   * ```
   */
  agents(): Promise<Agent[]>;

  /**
   * Takes an agent out by hand (`down`), so that it is given no task, or back in (`healthy`). What it has at the moment it keeps. It stays out,
   * also when its worker starts anew, until it is taken back in. That is an entry of the ledger.
   *
   * @param agent - The agent or its id.
   * @returns The agent as it is then.
   * @throws `NOT_FOUND`; `ACCESS_REFUSED` if whoever acts may not manage all kinds; `INVALID_ARGUMENT` for another health, such as `degraded`,
   * which follows from how its tasks end; `INVALID_TASK` for an id that is none.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ops' });
   * const work = () => orchestrator.work({ read: () => 'read' }, { untilIdle: true, agent: { id: 'reader' } });
   * await work();
   * assert.equal((await orchestrator.setHealth('reader', 'down', { reason: 'it babbles' })).health, 'down');
   * const task = await orchestrator.submit('read', 1, { needs: { agents: ['reader'] } });
   * assert.equal((await work()).attempts, 0);
   * await orchestrator.setHealth('reader', 'healthy');
   * await work();
   * assert.equal(await task.result(), 'read');
   * await orchestrator.close();
   * ```
   */
  setHealth(agent: string | Pick<Agent, 'id'>, health: 'healthy' | 'down', options?: ActOptions): Promise<Agent>;
}
