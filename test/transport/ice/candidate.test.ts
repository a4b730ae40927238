import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Candidate } from 'werift';
import {
  type IceCandidate,
  maxCandidateChars,
  readCandidate,
  withAddress,
  writeCandidate,
} from '../../../src/transport/ice/candidate.ts';

const fields = { foundation: '1', transport: 'udp', priority: 2_122_260_223, type: 'host' } as const;

test.each<[line: string, candidate: object]>([
  [
    // Chromium
    'candidate:842163049 1 udp 1677729535 198.51.100.7 51234 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag EvtJ network-cost 999',
    {
      foundation: '842163049',
      transport: 'udp',
      priority: 1_677_729_535,
      address: '198.51.100.7',
      port: 51_234,
      type: 'srflx',
      related: { address: '0.0.0.0', port: 0 },
      ufrag: 'EvtJ',
    },
  ],
  [
    'candidate:1 1 tcp 1518280447 192.0.2.9 9 typ host tcptype active generation 0 ufrag x network-id 1',
    {
      foundation: '1',
      transport: 'tcp',
      priority: 1_518_280_447,
      address: '192.0.2.9',
      port: 9,
      type: 'host',
      tcpType: 'active',
      ufrag: 'x',
    },
  ],
  [
    // Firefox
    'candidate:0 1 UDP 2122252543 2001:DB8:0::1 53421 typ host',
    {
      foundation: '0',
      transport: 'udp',
      priority: 2_122_252_543,
      address: '2001:db8::1',
      port: 53_421,
      type: 'host',
    },
  ],
  [
    'a=candidate:0 1 TCP 2105524479 192.0.2.9 9 typ host tcptype active\r\n',
    {
      foundation: '0',
      transport: 'tcp',
      priority: 2_105_524_479,
      address: '192.0.2.9',
      port: 9,
      type: 'host',
      tcpType: 'active',
    },
  ],
  [
    'candidate:3 1 udp 2113937151 1F4712DB-EA17-4bcf-a596-105139dfd8bf.local 54596 typ host',
    {
      foundation: '3',
      transport: 'udp',
      priority: 2_113_937_151,
      name: '1f4712db-ea17-4bcf-a596-105139dfd8bf.local',
      port: 54_596,
      type: 'host',
    },
  ],
])('%s', (line, candidate) => {
  expect(readCandidate(line)).toEqual(candidate);
});

const line = (changes: { [field: string]: string | number }) => {
  const words = {
    foundation: '1',
    component: 1,
    transport: 'udp',
    priority: 100,
    address: '192.0.2.1',
    port: 1_234,
    typ: 'typ',
    type: 'host',
    rest: '',
    ...changes,
  };
  return `candidate:${Object.values(words).join(' ')}`.trimEnd();
};

test.each([
  ['malformed', 'candidate:'],
  ['malformed', ''],
  ['malformed', 'end-of-candidates'],
  ['malformed', line({ foundation: '1'.repeat(33) })],
  ['malformed', line({ foundation: 'é' })],
  ['malformed', line({ typ: 'type' })],
  ['malformed', line({ rest: 'generation' })],
  ['malformed', line({ rest: 'tcptype active' })],
  ['malformed', line({ transport: 'tcp' })],
  ['malformed', line({ transport: 'tcp', rest: 'tcptype both' })],
  ['otherComponent', line({ component: 2 })],
  ['otherTransport', line({ transport: 'ssltcp' })],
  ['badPriority', line({ priority: 0 })],
  ['badPriority', line({ priority: 2 ** 31 })],
  ['badPriority', line({ priority: -1 })],
  ['badPriority', line({ priority: '1e3' })],
  ['badPort', line({ port: 0 })],
  ['badPort', line({ port: 65_536 })],
  ['badPort', line({ port: '0x50' })],
  ['otherType', line({ type: 'token' })],
  ['badAddress', line({ address: 'camera.example' })],
  ['badAddress', line({ address: 'a.b.local' })],
  ['badAddress', line({ address: `${'a'.repeat(64)}.local` })],
  ['badAddress', line({ address: '0.0.0.0' })],
  ['badAddress', line({ address: '0.1.2.3' })],
  ['badAddress', line({ address: '224.0.0.251' })],
  ['badAddress', line({ address: '255.255.255.255' })],
  ['badAddress', line({ address: '192.0.2.1/24' })],
  ['badAddress', line({ address: '::' })],
  ['badAddress', line({ address: 'ff02::fb' })],
  ['badAddress', line({ address: 'fe80::1%eth0' })],
  ['badAddress', line({ address: '::ffff:224.0.0.1' })],
  ['badAddress', line({ address: '::192.0.2.1' })],
  ['tooLong', line({ rest: `x ${'y'.repeat(maxCandidateChars)}` })],
])('%s: %s', (failure, text) => {
  expect(readCandidate(text)).toBe(failure);
});

test('the loopback of both families is an address: a browser on the device itself has no other', () => {
  expect(readCandidate(line({ address: '127.0.0.1' }))).toMatchObject({ address: '127.0.0.1' });
  expect(readCandidate(line({ address: '::1' }))).toMatchObject({ address: '::1' });
});

test('a name becomes a candidate with the address it stands for, if that is one', () => {
  const named = { ...fields, name: 'x.local', port: 5 };
  expect(withAddress(named, '2001:DB8::5')).toEqual({ ...fields, address: '2001:db8::5', port: 5 });
  expect(withAddress(named, '224.0.0.251')).toBeUndefined();
  expect(withAddress(named, 'y.local')).toBeUndefined();
});

const ip = fc.oneof(
  fc.constantFrom('192.0.2.1', '127.0.0.1', '10.255.0.1'),
  fc.constantFrom('::1', '2001:db8::1', 'fe80::1:2:3'),
);
const candidates: fc.Arbitrary<IceCandidate> = fc
  .record(
    {
      foundation: fc.stringMatching(/^[A-Za-z0-9+/]{1,32}$/),
      priority: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      address: ip,
      port: fc.integer({ min: 1, max: 65_535 }),
      type: fc.constantFrom('host', 'srflx', 'prflx', 'relay'),
      related: fc.record({ address: ip, port: fc.integer({ min: 0, max: 65_535 }) }),
      tcpType: fc.constantFrom('active', 'passive', 'so'),
      ufrag: fc.stringMatching(/^[A-Za-z0-9+/]{4,32}$/),
    },
    { requiredKeys: ['foundation', 'priority', 'address', 'port', 'type'] },
  )
  .map((candidate) => ({ ...candidate, transport: candidate.tcpType ? 'tcp' : 'udp' }));

test('what is written is read back, and another stack reads the same', () => {
  fc.assert(
    fc.property(candidates, (candidate) => {
      const text = writeCandidate(candidate);
      expect(readCandidate(text)).toEqual(candidate);
      const { address, port, type, priority, foundation } = candidate;
      expect(Candidate.fromSdp(text.slice('candidate:'.length))).toMatchObject({
        host: address,
        port,
        type,
        priority,
        foundation,
      });
    }),
  );
});

test('no text makes the parser throw', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'candidate:1',
      '1',
      'udp',
      'tcp',
      '100',
      '192.0.2.1',
      'typ',
      'host',
      'raddr',
      'rport',
      'tcptype',
      'active',
      'ufrag',
      '',
    ),
    fc.string(),
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 20 }).map((words) => words.join(' ')),
    fc.array(word, { maxLength: 9 }).map((words) => `${line({})} ${words.join(' ')}`),
  );
  fc.assert(
    fc.property(text, (any) => {
      const candidate = readCandidate(any);
      if (typeof candidate === 'string') return;
      expect(candidate.port).toBeGreaterThan(0);
      expect('address' in candidate || 'name' in candidate).toBe(true);
    }),
    { numRuns: 500 },
  );
});
