import { expect, test } from 'vitest';
import { describeStart, startReport } from '../../src/cli/announce.ts';
import { Secret } from '../../src/log.ts';
import { parseProfile } from '../../src/profile/load.ts';

const secret = new Secret('0123456789abcdefghijkl');
const profileOn = (http: string, loopback = false) =>
  parseProfile(
    'p',
    `device: porch\ncameras: { door: { kind: test } }\nhttp: ${http}\naccess: { loopback: ${loopback} }`,
    {
      env: {},
      readFile: () => '',
    },
  );
const startedAs = (canonical: string) => ({
  addresses: {
    port: 8480,
    loopback: new URL('http://127.0.0.1:8480/'),
    canonical: new URL(canonical),
    authorityFingerprint: 'AB:CD',
  },
  secret,
});

test('links carry the secret behind #, the one for this machine only where it needs it', () => {
  const report = startReport(
    profileOn('{ host: 192.0.2.7 }', true),
    startedAs('https://porch.local:8480/'),
    true,
  );
  expect(report).toMatchObject({
    local: 'http://127.0.0.1:8480/',
    links: [`https://porch.local:8480/#${secret.reveal()}`, `https://192.0.2.7:8480/#${secret.reveal()}`],
    secret: true,
  });
  const strict = startReport(profileOn('{ host: 192.0.2.7 }'), startedAs('https://porch.local:8480/'), true);
  expect(strict.local).toBe(`http://127.0.0.1:8480/#${secret.reveal()}`);
});

test('once somebody has paired, no link carries a secret', () => {
  const { addresses } = startedAs('https://porch.local:8480/');
  const report = startReport(profileOn('{ host: 192.0.2.7 }'), { addresses }, true);
  expect(report).toMatchObject({
    paired: true,
    secret: false,
    links: ['https://porch.local:8480/', 'https://192.0.2.7:8480/'],
  });
  expect(describeStart(report, { colors: false }).join('\n')).toContain('vedette pair');
});

test('without leave, the secret stands nowhere', () => {
  const report = startReport(profileOn('{ host: 192.0.2.7 }'), startedAs('https://porch.local:8480/'), false);
  const lines = describeStart(report, { colors: true }).join('\n');
  expect(JSON.stringify(report) + lines).not.toContain(secret.reveal());
  expect(lines).toContain('https://porch.local:8480/\n');
  expect(lines).toContain('--link');
  expect(lines).toContain('SHA-256 AB:CD');
});

test('a device on loopback alone has no link for others', () => {
  const report = startReport(profileOn('{ host: 127.0.0.1 }'), startedAs('https://porch.local:8480/'), true);
  expect(report.links).toEqual([]);
  expect(describeStart(report, { colors: false }).join('\n')).not.toContain('elsewhere');
});

test('behind a proxy, its address is the only link', () => {
  const report = startReport(
    profileOn('{ publicUrl: "https://cam.example/" }'),
    startedAs('https://cam.example/'),
    true,
  );
  expect(report.links).toEqual([`https://cam.example/#${secret.reveal()}`]);
});

test('the QR code is dark on light in terminals of any colour', () => {
  const report = startReport(profileOn('{ host: 192.0.2.7 }'), startedAs('https://porch.local:8480/'), true);
  const code = describeStart(report, { colors: true }).filter((line) => line.includes('\u001b'));
  expect(code.length).toBeGreaterThan(12);
  // The quiet zone (ISO/IEC 18004, 6.3.8) is light: full blocks in white on black.
  const quiet = code[0]?.match(/█+/)?.[0];
  expect(code[0]).toBe(`  \u001b[97;40m${quiet}\u001b[0m`);
});
