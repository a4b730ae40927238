import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SignalingMessage, signalingVersion } from '../../src/protocol/signaling.ts';
import { type LinkAction, maxSessionsPerLink, SignalingLink } from '../../src/signaling/link.ts';

let ids = 0;
const makeLink = (): SignalingLink =>
  new SignalingLink({ device: 'demo', feeds: [], iceServers: [], linkId: 'link', newId: () => `m${++ids}` });

const message = (session: string, seq: number, body: unknown): string =>
  JSON.stringify({ v: signalingVersion, id: `v${seq}`, from: 'me', to: 'demo', session, seq, body });
const offer = { type: 'offer', sdp: 'v=0\r\n', media: [{ mid: '0', feed: 'front-door' }] };
const candidate = { type: 'candidate', candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 };

const codes = (actions: readonly LinkAction[]): readonly string[] =>
  actions.flatMap((action) =>
    action.do === 'send' && action.message.body.type === 'error' ? [action.message.body.code] : [],
  );
const sent = (actions: readonly LinkAction[]) => actions.flatMap((a) => (a.do === 'send' ? [a.message] : []));

test('the device introduces itself first', () => {
  expect(makeLink().hello()).toMatchObject({
    do: 'send',
    message: { seq: 1, body: { type: 'hello', device: 'demo' } },
  });
});

test('an offer opens a session, candidates that came before it follow, then it is answered', () => {
  const link = makeLink();
  expect(link.receive(message('s', 1, candidate))).toEqual([]);
  expect(link.receive(message('s', 2, offer))).toEqual([
    { do: 'open', session: 's', standby: false },
    { do: 'candidate', session: 's', candidate: { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 } },
    { do: 'answer', session: 's', offer: 'v=0\r\n', media: offer.media },
  ]);
  expect(sent(link.answered('s', 'v=0'))).toMatchObject([
    { session: 's', to: 'me', seq: 1, body: { type: 'answer' } },
  ]);
  expect(link.receive(message('s', 3, offer))).toMatchObject([{ do: 'answer' }]);
  expect(link.receive(message('s', 4, { type: 'accept' }))).toEqual([{ do: 'accept', session: 's' }]);
  expect(link.receive(message('s', 5, { type: 'bye', reason: '' }))).toMatchObject([
    { do: 'close', session: 's' },
  ]);
});

test.each([
  ['not JSON', '{', 'signaling/not-json'],
  ['a JSON text that is no object', '42', 'signaling/invalid'],
  ['another version', message('s', 1, offer).replace('"v":1', '"v":2'), 'signaling/version'],
  ['an unknown type', message('s', 1, { type: 'open-the-door' }), 'signaling/invalid'],
  ['an extra key', message('s', 1, { ...offer, shell: 'sh' }), 'signaling/invalid'],
  ['a malformed candidate', message('s', 1, { ...candidate, sdpMLineIndex: -1 }), 'signaling/invalid'],
  ['a number out of turn', message('s', 2, offer), 'signaling/sequence'],
  ['an accept of nothing', message('s', 1, { type: 'accept' }), 'session/unknown'],
  ["a device's message", message('s', 1, { type: 'answer', sdp: '' }), 'signaling/invalid'],
  ["the link's own session", message('link', 1, offer), 'signaling/session-taken'],
])('%s is refused by its code and does nothing', (_name, text, code) => {
  const link = makeLink();
  const actions = link.receive(text);
  expect(codes(actions)).toEqual([code]);
  expect(actions).toHaveLength(1);
  expect(link.receive(message('other', 1, offer))[0]).toMatchObject({ do: 'open' });
});

test('an offer that comes twice is answered once', () => {
  const link = makeLink();
  link.receive(message('s', 1, offer));
  expect(codes(link.receive(message('s', 1, offer)))).toEqual(['signaling/sequence']);
});

test('a refused message still counts, so the next one is heard', () => {
  const link = makeLink();
  expect(codes(link.receive(message('s', 1, { type: 'wat' })))).toEqual(['signaling/invalid']);
  expect(link.receive(message('s', 2, offer))[0]).toMatchObject({ do: 'open' });
});

test('what comes after the end is dropped, but an offer is told', () => {
  const link = makeLink();
  link.receive(message('s', 1, offer));
  expect(sent(link.ended('s', 'gone'))).toMatchObject([{ body: { type: 'bye', reason: 'gone' } }]);
  expect(link.receive(message('s', 2, candidate))).toEqual([]);
  expect(codes(link.receive(message('s', 3, offer)))).toEqual(['session/unknown']);
  expect(link.answered('s', 'v=0')).toEqual([]);
});

test('one connection carries a bounded number of sessions', () => {
  const link = makeLink();
  for (let n = 0; n < maxSessionsPerLink; n++) link.receive(message(`s${n}`, 1, offer));
  expect(codes(link.receive(message('more', 1, offer)))).toEqual(['signaling/sessions']);
  link.receive(message('s0', 2, { type: 'bye', reason: '' }));
  expect(link.receive(message('more', 1, offer))[0]).toMatchObject({ do: 'open' });
});

// Bytes from outside never throw: an exception here is our bug.
test('whatever comes in, what goes out is by the protocol, numbered from 1 by one in each session', () => {
  const body = fc.oneof(
    fc.constant(offer),
    fc.constant(candidate),
    fc.constant({ type: 'accept' }),
    fc.constant({ type: 'bye', reason: 'x' }),
    fc.constant({ type: 'nonsense' }),
    fc.anything(),
  );
  const text = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(
        fc.constantFrom('a', 'b', 'link', '__proto__'),
        fc.integer({ min: 0, max: 12 }),
        body,
      ),
    },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.json() },
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 60 }), (inputs) => {
      const link = makeLink();
      const next = new Map<string, number>();
      const open = new Set<string>();
      const check = (actions: readonly LinkAction[]): void => {
        for (const action of actions) {
          if (action.do === 'send') {
            expect(() => SignalingMessage.parse(action.message)).not.toThrow();
            expect(action.message.seq).toBe((next.get(action.message.session) ?? 0) + 1);
            next.set(action.message.session, action.message.seq);
          } else if (action.do === 'open') {
            expect(open.has(action.session)).toBe(false);
            open.add(action.session);
          } else expect(open.has(action.session)).toBe(true); // nothing reaches a session that was not opened
        }
      };
      check([link.hello()]);
      for (const input of inputs) {
        check(link.receive(typeof input === 'string' ? input : (message(...input) ?? '')));
        if (typeof input !== 'string') check(link.answered(input[0], 'v=0'));
      }
    }),
    { numRuns: 300 },
  );
});
