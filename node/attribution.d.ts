import type { WatchOptions } from './index.js';

/** How much a claim is worth. */
export type Strength = 'certain' | 'high' | 'medium' | 'low';

/** Claims in one word. `unknown` is never to be read as human. */
export type AttributionVerdict = 'ai' | 'human_evidence' | 'automation' | 'unknown';

/** Who a claim is about. */
export type ClaimClass = 'ai' | 'automation' | 'human';

/** Where evidence stands. */
export type Signal =
  | 'trailer' | 'author' | 'committer' | 'subject' | 'message' | 'branch' | 'reference' | 'note' | 'trace' | 'comment' | 'file';

/** One claim, with the rule and the evidence behind it. Names, paths and texts come from the repository and are untrusted. */
export interface Claim {
  /** The commit; absent for a claim about a file as it lies in the folder. */
  commit?: string;
  /** The file, with `/` between folders; absent for a claim about a whole commit. */
  path?: string;
  /** The first line, counted from 1; absent for a claim about the whole. */
  start?: number;
  /** The last line. */
  end?: number;
  /** The lines, if there are several ranges of them. */
  ranges?: [number, number][];
  /** The tool, such as `Claude Code`; `person` for a statement of human work. */
  tool: string;
  /** Who makes the tool, where the rule knows it. */
  vendor: string | null;
  /** The model, as the evidence names it. Tools are known to write a model's name that did not do the work. */
  model: string | null;
  class: ClaimClass;
  signal: Signal;
  /** The id of the rule. */
  rule: string;
  /** How the knowledge came to us: recorded by a hook, imported from notes, claimed in free text, inferred from content. */
  source: 'recorded' | 'imported' | 'claimed' | 'inferred';
  strength: Strength;
  /** The matched text, at most 200 characters. */
  evidence: string;
  /** Present if it covers only a part: of a squash, or a merge. */
  extent?: 'part';
  /** The commit where the evidence stands, if that is another. */
  origin?: string;
  /** Why the claim cannot be true, if so. Such a claim is kept and shown, and counts for nothing. */
  invalid?: { kind: string; reason: string };
}

/** Claims that do not fit together. */
export interface Contradiction {
  /** A stable word, such as `human_and_ai`. */
  kind: string;
  /** What does not fit, in a sentence that names the rules. */
  reason: string;
}

/** Commits, or lines, by what is known about them; the last four sum to the total. `unknown` is never to be read as human. */
export interface ByVerdict {
  total: number;
  ai: number;
  human_evidence: number;
  automation: number;
  unknown: number;
}

/** What a scan of a git history, of files, or of both found: the schema `sealbook/scan/1`. */
export interface ScanReport {
  schema: 'sealbook/scan/1';
  /** How many commits, by what is known about them; absent if the history was not read, as the next two. */
  commits?: ByVerdict;
  /** AI tools, each with the number of commits that have a claim for it. */
  by_tool?: Record<string, number>;
  /** Commits with an AI claim, by the strongest one: `certain`, `high`, `medium`, `low`. */
  by_strength?: Record<string, number>;
  /** Files that were read, those with a claim, and those that were not read; absent if the tree was not read, as the claims. */
  files?: { scanned: number; flagged: number; skipped: number };
  /** What the files claim, by path and line. */
  claims?: Claim[];
  /** Entries that were added to the ledger; absent if nothing was to be recorded. */
  recorded?: number;
}

/** What to scan, and whether to record it. */
export interface ScanOptions {
  /** Read the commits; if not given, unless only the tree is asked for. */
  history?: boolean;
  /** Read the files; `false` if not given. */
  tree?: boolean;
  /** The commit to start from, `HEAD` if not given. */
  revision?: string;
  /** Read files that `.gitignore` excludes, too. */
  noIgnore?: boolean;
  /** Read every commit, also those that an earlier scan remembered. */
  noCache?: boolean;
  /**
   * Record what is found, `false` if not given: each commit as an entry of kind `commit`, each claim about a file as one of kind `attribution`.
   * What was recorded with the same claims before is not recorded again.
   */
  record?: boolean;
}

/** What to explain. */
export interface WhyOptions {
  /** What the target is; `auto`, if not given, takes it for a commit if git does. */
  kind?: 'auto' | 'commit' | 'file';
  /** The version of the file to explain, `HEAD` if not given. */
  revision?: string;
}

/** A moment: seconds since 1970-01-01 UTC, and the time zone that it was written in, in minutes east of UTC. */
export interface Moment {
  seconds: number;
  offset_minutes: number;
}

/** An author or committer, as the commit names them: free text that anybody can write. */
export interface Person {
  name: string;
  email: string;
  time: Moment;
}

/** What is known about a commit. */
export interface CommitWhy {
  id: string;
  parents: number;
  author: Person;
  committer: Person;
  /** The message's first paragraph, on one line. */
  subject: string;
  claims: Claim[];
  verdict: AttributionVerdict;
  /** That of the strongest AI claim that counts. */
  strength: Strength | null;
  /** For AI: whether it is about the whole commit. */
  extent: 'whole' | 'part' | null;
  contradictions: Contradiction[];
  /** What the commit does with another one, whose id follows. */
  relation: { reverts: string } | { reapplies: string } | { picked_from: string } | null;
  /** The commit where the work was done, if claims come from there. */
  origin: string | null;
  /** The branches that name a tool and whose tip this commit is. */
  branches: string[];
  folders: string[];
}

/** Lines of a file one after the other about which the same is known. */
export interface FileRange {
  start: number;
  end: number;
  verdict: AttributionVerdict;
  /** For AI: the tools. */
  tools?: string[];
  strength: Strength | null;
  extent: 'whole' | 'part' | null;
  /** The commit that the lines come from, as an index in {@link FileWhy.commits}. */
  commit: number;
  /** The number of the first line in that commit's version of the file. */
  line_there: number;
  /** The evidence, as indices in {@link FileWhy.claims}. */
  evidence?: number[];
}

/** A commit that lines of a file come from. */
export interface FileCommit {
  id: string;
  subject: string;
  time: Moment;
  /** The file's path in it, if that is another. */
  path?: string;
  /** How many of the lines come from it. */
  lines: number;
  /** What is known about the commit as a whole. */
  verdict: AttributionVerdict;
  /** Whether the lines may be older, from commits that this clone lacks. */
  cut_off?: true;
}

/** What is known about each line of a file, and how. */
export interface FileWhy {
  /** The path from the root of the repository. */
  path: string;
  /** The commit whose version of the file this is. */
  commit: string;
  /** The file as it lies in the working folder, beside that version. */
  working_copy: 'same' | 'differs' | 'missing' | 'none';
  /** How many lines, by what is known; `ai_in_part` of `ai` are known only as a part of their commit, `cut_off` may come from commits that this clone lacks. */
  lines: ByVerdict & { ai_in_part: number; cut_off: number };
  by_tool: Record<string, number>;
  by_strength: Record<Strength, number>;
  ranges: FileRange[];
  commits: FileCommit[];
  claims: Claim[];
  /** Claims that cannot be true. */
  invalid: Claim[];
  contradictions: Contradiction[];
}

/** What is known about a commit or a file: the schema `sealbook/why/1`. One of both members is there. */
export interface Explanation {
  schema: 'sealbook/why/1';
  commit?: CommitWhy;
  file?: FileWhy;
  /** What the file's own comments and its name claim, as it lies in the folder. */
  comments?: Claim[];
}

/** What to count. */
export interface StatsOptions {
  /** The commit to start from, `HEAD` if not given. */
  revision?: string;
  /** How people appear: by name and address, by a pseudonym (if not given), or not at all. */
  people?: 'full' | 'hashed' | 'none';
  /** How many levels of folders are told apart; 2 if not given, 0 leaves folders out. */
  folders?: number;
  /** Read every commit, also those that an earlier scan remembered. */
  noCache?: boolean;
}

/** Commits by what is known about them. */
export interface Counts extends ByVerdict {
  /** Those of `ai` whose AI claims all cover a part only. */
  ai_in_part: number;
}

/** The commits of one name: a tool, a model, a person, a folder, ... */
export interface Group extends Counts {
  name: string;
  /** For a tool: who its claims are about. */
  class?: ClaimClass;
  /** For a tool: the commits by its strongest claim. */
  by_strength?: Record<Strength, number>;
}

/** Groups, most commits first. A commit may belong to several. */
export interface Groups {
  rows: Group[];
  /** Commits of names that came when there were too many different ones to keep. */
  others?: Counts;
}

/** A history in figures: the schema `sealbook/stats/1`. What is unknown stands beside every one. */
export interface Stats {
  schema: 'sealbook/stats/1';
  commits: Counts;
  by_tool: Groups;
  by_model: Groups;
  by_strength: Group[];
  by_source: Group[];
  by_signal: Group[];
  /** Absent if people do not appear. */
  by_person?: Groups;
  by_folder: Groups;
  by_month: (Counts & { month: string })[];
  [member: string]: unknown;
}

/** What goes into a report. */
export interface ReportOptions extends StatsOptions {
  /** `html`, if not given: one file that needs no network. */
  format?: 'html' | 'markdown' | 'json';
  /** Read the files, too; `true` if not given. */
  tree?: boolean;
  /** The title; the repository's name if not given. */
  title?: string;
  /** The ledger to verify and speak of; if not given, that of the project at or above the path, if there is one. */
  ledger?: string | URL;
}

/** A rule of the catalogue, or one of the user's own: what to look at, what must match, and what a match is worth. */
export interface Rule {
  id: string;
  tool: string;
  vendor?: string;
  class: ClaimClass;
  /** What it looks at: a {@link Signal}, or `identity` for author and committer. */
  signal: Signal | 'identity';
  strength: Strength;
  /** Known ways for a match to be wrong. */
  false_positives: string;
  /** Where the rule comes from. */
  source: string;
  [member: string]: unknown;
}

/** The rules in force for a path. */
export interface RuleList {
  /** The version of the catalogue. */
  version: number;
  /** A digest of all rules in force: two scans with the same digest applied the same rules. */
  digest: string;
  /** The file that changes them, if there is one. */
  settings: string | null;
  rules: Rule[];
  /** The ids of rules that the settings add or change. */
  changed: string[];
  /** Rules that the settings switch off. */
  off: Rule[];
}

/** A rule that matches a text. */
export interface TextMatch {
  rule: string;
  /** Where the text would have to stand. */
  signal: Signal | 'identity';
  class: ClaimClass;
  tool: string;
  vendor: string | null;
  /** The model, as the text names it. */
  model: string | null;
  /** What a match is worth, on a day that lowers nothing. */
  strength: Strength;
  /** Known ways for a match to be wrong. */
  false_positives: string;
}

/**
 * Reads the history of the git repository at or above `path`, the files under `path`, or both, and says what they claim about AI. With
 * `record` it goes to the ledger of the project at or above `path`.
 *
 * @param path - The current folder if not given. Without the history, any folder or file.
 * @throws `NOT_A_REPOSITORY`, `NOT_FOUND`, `PERMISSION_DENIED`, `INVALID_ARGUMENT` if the revision names no commit or nothing is to be read, `GIT`,
 * the signal's reason; with `record` also as {@link Ledger.open} and {@link Ledger.recordMany}.
 * @example
 * ```js
 * await assert.rejects(scan('.'), { code: 'NOT_A_REPOSITORY' });
 * ```
 */
export function scan(path?: string | URL, options?: ScanOptions & WatchOptions): Promise<ScanReport>;

/**
 * As {@link scan}, blocking.
 *
 * @example
 * ```js
 * assert.throws(() => scanSync('.', { history: false }), { code: 'INVALID_ARGUMENT' });
 * ```
 */
export function scanSync(path?: string | URL, options?: ScanOptions): ScanReport;

/**
 * Explains a commit or a file of the git repository at or above `path`: its verdict, every claim with the rule and the evidence behind it, and
 * what contradicts what.
 *
 * @param target - A commit as git names it, or the path of a file.
 * @throws `INVALID_ARGUMENT` if the target is neither, `NOT_FOUND` if the version has no such file, and as {@link scan}.
 * @example
 * ```js
 * await assert.rejects(why('.', 'HEAD'), { code: 'NOT_A_REPOSITORY' });
 * ```
 */
export function why(path: string | URL, target: string, options?: WhyOptions & WatchOptions): Promise<Explanation>;

/**
 * As {@link why}, blocking.
 *
 * @example
 * ```js
 * assert.throws(() => whySync('.', 'README.md', { kind: 'file' }), { code: 'NOT_A_REPOSITORY' });
 * ```
 */
export function whySync(path: string | URL, target: string, options?: WhyOptions): Explanation;

/**
 * Counts what is known about the history of the git repository at or above `path`: by tool, model, strength, person, folder and month.
 *
 * @throws As {@link scan}.
 * @example
 * ```js
 * await assert.rejects(stats('.', { people: 'hashed' }), { code: 'NOT_A_REPOSITORY' });
 * ```
 */
export function stats(path?: string | URL, options?: StatsOptions & WatchOptions): Promise<Stats>;

/**
 * As {@link stats}, blocking.
 *
 * @example
 * ```js
 * assert.throws(() => statsSync('.', { people: 'all' }), { code: 'INVALID_ARGUMENT' });
 * ```
 */
export function statsSync(path?: string | URL, options?: StatsOptions): Stats;

/**
 * A report about the git repository at or above `path`, and about the ledger of the project there, as the text of one file.
 *
 * @throws As {@link scan}, and as {@link Ledger.open} for the ledger.
 * @example
 * ```js
 * await assert.rejects(report('.', { format: 'markdown' }), { code: 'NOT_A_REPOSITORY' });
 * ```
 */
export function report(path?: string | URL, options?: ReportOptions & WatchOptions): Promise<string>;

/**
 * As {@link report}, blocking.
 *
 * @example
 * ```js
 * assert.throws(() => reportSync('.', { format: 'pdf' }), { code: 'INVALID_ARGUMENT' });
 * ```
 */
export function reportSync(path?: string | URL, options?: ReportOptions): string;

/**
 * The rules in force for `path`: those that come with Sealbook, as the nearest `sealbook.toml` changes them.
 *
 * @throws `INVALID_ARGUMENT` if that file is not understood, `PERMISSION_DENIED`, `IO`.
 * @example
 * ```js
 * const { rules: list } = await rules();
 * assert.ok(list.some((rule) => rule.tool === 'Claude Code' && rule.strength === 'certain'));
 * ```
 */
export function rules(path?: string | URL): Promise<RuleList>;

/**
 * As {@link rules}, blocking.
 *
 * @example
 * ```js
 * assert.deepEqual(rulesSync('.').off, []);
 * ```
 */
export function rulesSync(path?: string | URL): RuleList;

/**
 * The rules in force for `path` that match a text, wherever it might stand: as a trailer, an author, a comment, ...
 *
 * @throws As {@link rules}.
 * @example
 * ```js
 * const [match] = await testRules('.', 'Co-Authored-By: Claude <noreply@anthropic.com>');
 * assert.equal(match.tool, 'Claude Code');
 * ```
 */
export function testRules(path: string | URL, text: string): Promise<TextMatch[]>;

/**
 * As {@link testRules}, blocking.
 *
 * @example
 * ```js
 * assert.deepEqual(testRulesSync('.', 'Thanks, Claude, for the cake'), []);
 * ```
 */
export function testRulesSync(path: string | URL, text: string): TextMatch[];
