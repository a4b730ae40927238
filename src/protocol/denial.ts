/**
 * Why somebody may not do what they ask, in the device's own words, with `{name}` for each value. It goes with every
 * `access/denied` as `why`, so that a page can say it in its reader's language.
 */
export const denials = {
  stranger: 'open the link that was made for you',
  unknown: 'you are not known here',
  'link-over': 'this link is over',
  'link-scope': 'this link does not include "{scope}"',
  'token-scope': 'this token does not include "{scope}"',
  'key-revoked': 'this key was taken back',
  'code-revoked': 'this code was taken back',
  'code-opens': 'a code opens locks, and nothing else',
  'no-session': 'you may not look, or not any more',
  never: 'nobody allowed you {what}',
  revoked: 'this was taken back',
  'looking-only': 'the device can be looked at and no more just now: {trouble}',
  clock: 'this is good at certain times, and the device does not know the time for sure just now',
  over: 'the time of this is over',
  early: 'the time of this has not come yet',
  window: 'this is good at {windows} ({zone}) only',
  uses: 'this was good for unlocking {often}, and that is done',
  network: "this is good in the device's own network only",
  watching: 'this is good only while you see the live picture',
  door: 'this is good only while the door is closed',
  'no-person': 'only a person whom the device knows can confirm',
  'not-yourself': 'somebody else has to confirm this',
  'invitation-short': 'the invitation would be over already',
  'further-key': 'a further key gives what its person may, and no more',
  nothing: 'this would allow nothing',
  excess: 'you may give no more than you have, and you do not have "{scope}" with these limits',
} as const;

/** A reason of {@link denials}. */
export type Why = keyof typeof denials;
