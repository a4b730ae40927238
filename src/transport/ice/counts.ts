/** What became of a message: `accepted`, or why it had no effect. All but the last two got no answer. */
export const iceVerdicts = [
  'accepted',
  /** The agent is closed, or has failed and waits for a restart. */
  'closed',
  /** No Binding message, or an indication, which says nothing. */
  'otherMethod',
  /** A USERNAME that is not for any credentials of ours. */
  'unknownUfrag',
  /** MESSAGE-INTEGRITY or FINGERPRINT absent or wrong. */
  'unauthenticated',
  /** A response to nothing we asked, or to what was answered already. */
  'unknownTransaction',
  /** A response from elsewhere than where the request went. */
  'wrongAddress',
  'unknownPath',
  'badAddress',
  /** Answered 420. */
  'notUnderstood',
  /** Answered 487. */
  'roleConflict',
] as const;
export type IceVerdict = (typeof iceVerdicts)[number];

/** What an agent has counted since it was made. */
export interface IceCounts {
  requestsSent: number;
  responsesSent: number;
  consentChecksSent: number;
  requestsReceived: number;
  responsesReceived: number;
  /** Messages by what became of them. */
  readonly verdicts: Record<IceVerdict, number>;
}

export function newCounts(): IceCounts {
  const verdicts = Object.fromEntries(iceVerdicts.map((verdict) => [verdict, 0])) as Record<
    IceVerdict,
    number
  >;
  return {
    requestsSent: 0,
    responsesSent: 0,
    consentChecksSent: 0,
    requestsReceived: 0,
    responsesReceived: 0,
    verdicts,
  };
}
