import type { Access } from '../access/access.ts';
import type { Passkeys } from '../access/passkeys.ts';
import type { AnsweredRequest } from '../access/rows.ts';
import type { Trust } from '../access/trust/trust.ts';
import type { Clock } from '../clock.ts';
import type { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { AuditDraft } from '../protocol/access.ts';
import type { LockHost } from '../protocol/lock-host.ts';
import type { Request, RequestOf } from '../protocol/request.ts';
import type { Scope } from '../protocol/scope.ts';
import type { SecondStepNeed } from '../protocol/second-step.ts';
import type { WaitingUnlocks } from '../second-steps/waiting.ts';
import type { RequestAsker } from './asker.ts';
import type { Challenges } from './challenges.ts';
import type { LastWord } from './exchange.ts';

/** What requests are answered with; handed in by the agent. */
export interface RequestParts {
  readonly access: Pick<
    Access,
    | 'authorize'
    | 'mayLock'
    | 'device'
    | 'scopesOf'
    | 'people'
    | 'invite'
    | 'inviteByCode'
    | 'grant'
    | 'revoke'
    | 'rename'
    | 'used'
    | 'notUsed'
    | 'nameOf'
  > & { readonly passkeys: Pick<Passkeys, 'of' | 'proves' | 'begin' | 'add'> };
  readonly trust: Pick<Trust, 'commit' | 'asked' | 'claim' | 'settle' | 'entries'>;
  readonly locks: LockHost;
  readonly waiting: Pick<WaitingUnlocks, 'wait' | 'prove'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One request, as its kind sees it. */
export interface RequestContext extends RequestParts {
  readonly asker: RequestAsker;
  /** Of the asker. */
  readonly key: string;
  /** Of the request. */
  readonly digest: string;
  readonly challenges: Challenges;
  /** Says who asked and what, for the trail. */
  readonly about: Pick<AuditDraft, 'person' | 'name' | 'key' | 'session' | 'request' | 'detail'>;
  /** It is on disk and under way, or waits for what it needs. */
  accepted(needs?: SecondStepNeed): void;
  /** To be kept with the change that answers it. */
  answered(last: LastWord): AnsweredRequest;
  /** The entry of a refusal, or none where there were too many; those are counted. */
  refusal(error: VedetteError, words: string): readonly AuditDraft[];
}

/** A kind of request: one file, and one row in `kinds.ts`. */
export interface RequestKind<Type extends Request['type']> {
  readonly type: Type;
  /** What it takes. Absent: every asker may, or it looks itself. */
  scope?(request: RequestOf<Type>): Scope;
  /** Whether the answer is given again to whoever repeats the request; else it is made anew. */
  readonly keeps: boolean;
  /** It changes what is kept, and is kept with that: who repeats it is told for a day, across restarts. */
  readonly once?: true;
  /** What is asked, after "asked to": `open Front door`. */
  words(request: RequestOf<Type>, parts: RequestParts): string;
  /**
   * Does it, and gives the last word.
   * @throws VedetteError why not, for people; it gets into the trail, which a refusal that is returned does not
   */
  run(request: RequestOf<Type>, context: RequestContext): LastWord | Promise<LastWord>;
}
