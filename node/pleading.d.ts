import type { TaskLike } from './task_forms.js';

/** A vote on a plea. */
export interface Vote {
  voter: string;
  /** In whose place it was cast, if another has handed its vote over. */
  behalf: string | null;
  choice: 'approve' | 'deny';
  reason: string;
  at: string;
  /** Whether it was signed by a key that is listed for the voter. */
  verified: boolean;
}

/** A task's plea for approval. */
export interface Plea {
  /** Its id, to vote with. */
  id: string;
  task: string;
  kind: string;
  state: 'pending' | 'approved' | 'consumed' | 'denied' | 'expired' | 'lapsed' | 'withdrawn' | 'superseded';
  /** How many must approve. */
  required: number;
  /** How many have. */
  approvals: number;
  /** Who asked, and so has no vote. */
  requester: string;
  /** The hash of exactly what will run. */
  subject: string;
  /** Which of the task's pleas it is, from 1. */
  round: number;
  votes: Vote[];
  /** Who has handed its vote over, and to whom. */
  delegations: { from: string; to: string }[];
  opened_at: string;
  /** Whether early votes opened it, and its task still waits for something else: no time runs then. */
  early: boolean;
  /** When silence becomes a denial, or the next level may vote. */
  due_at: string | null;
}

/** What a ballot says: a vote, or that the voter takes it back, hands it over, or takes that back. */
export type BallotChoice = 'approve' | 'deny' | 'take_back' | 'delegate' | 'revoke';

/** What a principal says about a plea, to be signed. Its members are the same in all languages. */
export interface Ballot {
  task: string;
  /** The hash of exactly what would run. */
  subject: string;
  /** Which of the task's pleas, from 1. */
  round: number;
  voter: string;
  choice: BallotChoice;
  reason: string;
  /** When; a ballot counts only if it is newer than all that its voter has said about the plea. */
  at: string;
  /** In whose place, if another has handed its vote over. */
  behalf?: string;
  /** To whom the vote is handed over. */
  to?: string;
  /** The text whose UTF-8 bytes are signed. The other members count, and the text is made of them anew when the ballot is cast. */
  message: string;
}

/** A private Ed25519 key: its PEM text (PKCS #8), or a `KeyObject` of `node:crypto`. */
export type PrivateKey = string | { readonly type: 'private' | 'public' | 'secret'; readonly asymmetricKeyType?: string | undefined };

/** Who says something about a plea. */
export interface SayOptions {
  /** Who, as your program has authenticated them. */
  as: string;
  /** Signs it. The public key has to be listed for them in the project's `sealbook.toml`. */
  key?: PrivateKey;
}

/** Who votes, and why. */
export interface VoteOptions extends SayOptions {
  /** What is recorded with the vote; some policies ask for it. */
  reason?: string;
  /** In whose place, if another has handed its vote over. */
  behalf?: string;
}

/** The half of an {@link Orchestrator} that people vote with. */
export interface Pleading {
  /**
   * The pleas that await votes, or all that there are.
   *
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ann' });
   * const task = await orchestrator.submit('deploy', null, { requireApprovals: 1 });
   * const [plea] = await orchestrator.pleas();
   * assert.equal(plea.task, task.id);
   * await orchestrator.close();
   * ```
   */
  pleas(options?: { all?: boolean }): Promise<Plea[]>;

  /**
   * Votes for a plea. A task that still waits for its time or for other tasks may be voted on early: the first vote opens its plea.
   *
   * @param plea - The plea or its id, or a task that has yet to plead.
   * @param options - Who votes: never the requester, and once.
   * @returns The plea as it stands then.
   * @throws `VOTE_REFUSED` if the vote does not count; `context.why` is the ground. `NOT_FOUND` if there is no such plea, nor a task of this id.
   * `INVALID_ARGUMENT` for a key that is none.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ann' });
   * const task = await orchestrator.submit('deploy', null, { requireApprovals: 1 });
   * const [plea] = await orchestrator.pleas();
   * await assert.rejects(orchestrator.approve(plea, { as: 'ann' }), VoteRefusedError);
   * assert.equal((await orchestrator.approve(plea, { as: 'bob', reason: 'tested' })).state, 'approved');
   * assert.equal(await task.status(), 'queued');
   * await orchestrator.close();
   * ```
   */
  approve(plea: TaskLike, options: VoteOptions): Promise<Plea>;

  /**
   * Votes against a plea, which needs a reason.
   *
   * @throws As {@link Pleading.approve}.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ann' });
   * await orchestrator.submit('deploy', null, { requireApprovals: 1 });
   * const [plea] = await orchestrator.pleas();
   * assert.equal((await orchestrator.deny(plea, { as: 'bob', reason: 'not today' })).state, 'denied');
   * await orchestrator.close();
   * ```
   */
  deny(plea: TaskLike, options: VoteOptions & { reason: string }): Promise<Plea>;

  /**
   * Takes a vote back while the plea is undecided. Its voter may vote anew.
   *
   * @returns The plea as it stands then.
   * @throws As {@link Pleading.approve}; `context.why` is `nothing_to_take` if there is no vote.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ann' });
   * await orchestrator.submit('deploy', null, { requireApprovals: 2 });
   * const [plea] = await orchestrator.pleas();
   * assert.equal((await orchestrator.approve(plea, { as: 'bob' })).approvals, 1);
   * assert.equal((await orchestrator.takeBack(plea, { as: 'bob' })).approvals, 0);
   * await orchestrator.close();
   * ```
   */
  takeBack(plea: TaskLike, options: SayOptions): Promise<Plea>;

  /**
   * Hands a vote over to another, who may cast it with `behalf` in the voter's place, where the policy says `delegation`; the first of the two
   * counts. With `null` that is taken back.
   *
   * @param to - Who may vote: never the requester.
   * @returns The plea as it stands then.
   * @throws As {@link Pleading.approve}; `INVALID_ARGUMENT` if it is not said to whom.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ann' });
   * const approval = { approvals: 1, levels: [{ principals: ['bob'], roles: [], deadline: 60_000 }], delegation: true };
   * await orchestrator.submit('deploy', null, { approval });
   * const [plea] = await orchestrator.pleas();
   * await assert.rejects(orchestrator.approve(plea, { as: 'dan', behalf: 'bob' }), VoteRefusedError);
   * assert.deepEqual((await orchestrator.delegate(plea, 'dan', { as: 'bob' })).delegations, [{ from: 'bob', to: 'dan' }]);
   * const { state, votes } = await orchestrator.approve(plea, { as: 'dan', behalf: 'bob' });
   * assert.deepEqual([state, votes[0].voter, votes[0].behalf], ['approved', 'dan', 'bob']);
   * await orchestrator.close();
   * ```
   */
  delegate(plea: TaskLike, to: string | null, options: SayOptions): Promise<Plea>;

  /**
   * The ballot that says something about a plea, for whoever signs it where no ledger is: its `message` is what is signed. Nothing is written.
   *
   * @param options - Who votes, and `to` whom the vote is handed over with `delegate`.
   * @throws `NOT_FOUND`; `VOTE_REFUSED` if there is nothing to vote on; `INVALID_ARGUMENT` if it makes no sense. The rest is judged when it is cast.
   * @example
   * ```js
   * const orchestrator = await Orchestrator.inMemory({ requester: 'ann' });
   * const task = await orchestrator.submit('deploy', null, { requireApprovals: 1 });
   * const ballot = await orchestrator.ballot(task, 'approve', { as: 'bob', reason: 'tested' });
   * assert.deepEqual([ballot.task, ballot.round, ballot.choice], [task.id, 1, 'approve']);
   * assert.ok(ballot.message.startsWith('sealbook/vote/v1\n{"at":'));
   * await orchestrator.close();
   * ```
   */
  ballot(plea: TaskLike, choice: BallotChoice, options: { as: string; reason?: string; behalf?: string; to?: string }): Promise<Ballot>;

  /**
   * Casts a ballot that its voter has signed, whoever brings it.
   *
   * @param signature - Ed25519, over the UTF-8 bytes of the ballot's `message`: 64 bytes, or 128 hexadecimal digits.
   * @returns The plea as it stands then.
   * @throws `VOTE_REFUSED` if it does not count, such as one that was changed or is signed by a key that is not listed for the voter (`forged`);
   * `NOT_FOUND` if its task is not there; `INVALID_ARGUMENT` for what is no ballot or no signature, or has the `message` of another ballot.
   * @example
   * ```js
   * import { generateKeyPairSync, sign } from 'node:crypto';
   * import { mkdirSync, writeFileSync } from 'node:fs';
   *
   * const { privateKey, publicKey } = generateKeyPairSync('ed25519');
   * const listed = Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url').toString('hex');
   * mkdirSync('project');
   * writeFileSync('project/sealbook.toml', `[tasks]
   * principals = [
   *     { id = "ann", may = ["submit *"] },
   *     { id = "bob", roles = ["approver"], may = ["approve *"], keys = ["${listed}"] },
   * ]`);
   * const orchestrator = await Orchestrator.open('project', { requester: 'ann', create: true });
   * const task = await orchestrator.submit('deploy', null, { requireApprovals: 1 });
   * const ballot = await orchestrator.ballot(task, 'approve', { as: 'bob' });
   * const signature = sign(null, Buffer.from(ballot.message), privateKey);
   * await assert.rejects(orchestrator.cast({ ...ballot, choice: 'deny', reason: 'no', message: undefined }, signature), VoteRefusedError);
   * const { state, votes } = await orchestrator.cast(ballot, signature);
   * assert.deepEqual([state, votes[0].verified], ['approved', true]);
   * await orchestrator.close();
   * ```
   */
  cast(ballot: Omit<Ballot, 'message'> & { message?: string }, signature: Uint8Array | string): Promise<Plea>;
}
