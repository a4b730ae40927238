import type { Clock, MonotonicMs } from '../clock.ts';
import type { AuditDraft, Invitation } from '../protocol/access.ts';
import type { Closing } from '../protocol/denial.ts';
import { denialError, denied } from './denial.ts';
import { draftInvitation, type InvitationDraft, invitationRow, maxInvitationMs } from './inviting.ts';
import type { Register } from './register.ts';
import { plainInvitation, type Roll } from './roll.ts';
import type { AnsweredRequest, InvitationBody } from './rows.ts';
import type { TrustedClock } from './trusted-clock.ts';

export interface InvitationsParts extends Pick<Register, 'commit'> {
  readonly roll: Roll;
  readonly clock: Clock;
  readonly time: Pick<TrustedClock, 'now'>;
}

/** A new invitation: the secret is told this once. */
export interface MadeInvitation {
  readonly invitation: Invitation;
  readonly secret: string;
}

/** Who is asked in: invitations as they are made, and for how long each can be opened. */
export class Invitations {
  readonly #parts: InvitationsParts;
  /** Of those that were made in this run. */
  readonly #deadlines = new Map<string, MonotonicMs>();

  constructor(parts: InvitationsParts) {
    this.#parts = parts;
  }

  /** Who is asked in and has not come yet. */
  get open(): readonly Invitation[] {
    return this.#parts.roll.invitations
      .filter((invitation) => !invitation.recovery && this.closed(invitation) === undefined)
      .map(plainInvitation);
  }

  /**
   * Makes one. The secret is kept nowhere.
   * @throws VedetteError `access/denied` where it would be over already, what the store throws
   */
  async make(
    draft: InvitationDraft,
    by: Pick<AuditDraft, 'person' | 'name' | 'key'>,
    createdBy: string | undefined,
    request?: AnsweredRequest,
  ): Promise<MadeInvitation> {
    const { clock, commit } = this.#parts;
    const now = clock.wall();
    const forMs = Math.min(draft.expiresAt - now, maxInvitationMs);
    if (!(forMs > 0)) throw denialError(denied('invitation-short'));
    const { body, secret } = draftInvitation({ ...draft, expiresAt: now + forMs }, now, createdBy);
    const title = `${by.name} invited ${body.name}`;
    const entry: AuditDraft = { type: 'pairing', title, ...by, detail: { invitation: body.id } };
    await commit([invitationRow(body)], [entry], request);
    this.#deadlines.set(body.id, (clock.now() + forMs) as MonotonicMs);
    return { invitation: plainInvitation(body), secret };
  }

  /** Why one cannot be opened, or undefined where it can. */
  closed(invitation: InvitationBody): Closing | undefined {
    const { usedAt, revokedAt, expiresAt, createdBy, recovery } = invitation;
    if (revokedAt !== undefined) return recovery ? 'recovery-replaced' : 'taken-back';
    if (usedAt !== undefined) return recovery ? 'recovery-used' : 'opened';
    if (recovery) return undefined;
    const { roll, clock, time } = this.#parts;
    if (createdBy !== undefined && !roll.person(createdBy)) return 'maker-gone';
    // The monotonic clock knows for those of this run; a wall clock that is not sure knows for none.
    const deadline = this.#deadlines.get(invitation.id);
    if (deadline !== undefined) return clock.now() < deadline ? undefined : 'late';
    const now = time.now();
    if (now === undefined) return 'clock';
    return now < expiresAt ? undefined : 'late';
  }
}
