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
  'passkey-own-key': 'a passkey is added with a key of your own',
  'passkey-there': 'you have a passkey; somebody who may admin has to take it back first',
  'passkey-not-own': 'somebody else has to take your passkey back, or the terminal',
  'passkey-browser': 'the browser that asked has to prove this',
  'code-watching': 'who stands at a keypad sees no live picture, so this code would never open',
  'code-short': 'the code would be over already',
  'recovery-terminal': 'a recovery code is made on the device itself: vedette recovery',
  'token-person': 'a token is made by a person, on the page',
  excess: 'you may give no more than you have, and you do not have "{scope}" with these limits',
} as const;

/** A reason of {@link denials}. */
export type Why = keyof typeof denials;

/** Why a link or a recovery code cannot be opened any more: `why` of `access/invitation-over` and `access/recovery-over`. */
export const closings = {
  'taken-back': 'it was taken back',
  'recovery-replaced': 'another was made since, or an owner was sent away',
  opened: 'somebody has opened it already',
  'recovery-used': 'it was used already',
  'maker-gone': 'who made it is not known here any more',
  'person-gone': 'its person is not known here any more',
  late: 'its time is over',
  clock: 'the device was started since, and does not know the time for sure',
} as const;

/** A reason of {@link closings}. */
export type Closing = keyof typeof closings;
