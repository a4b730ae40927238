import { createHash, X509Certificate } from 'node:crypto';
import { Hono } from 'hono';
import { VedetteError } from '../../errors.ts';
import type { HttpEnv } from '../context.ts';
import type { DeviceAuthority } from './device-authority.ts';

const policy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The guide that makes a phone or computer trust the device's authority, and what it hands out. Public: no secrets. */
export function trustRoutes(device: string, authority: () => DeviceAuthority | undefined): Hono<HttpEnv> {
  const routes = new Hono<HttpEnv>();
  const loaded = (): DeviceAuthority => {
    const found = authority();
    if (found === undefined) throw new VedetteError('http/busy');
    return found;
  };
  routes.get('/trust', (c) => {
    c.header('content-security-policy', policy);
    return c.html(guide(device, loaded().fingerprint));
  });
  routes.get('/trust/style.css', (c) => c.body(style, 200, { 'content-type': 'text/css; charset=utf-8' }));
  routes.get('/trust/vedette.crt', (c) =>
    c.body(new Uint8Array(new X509Certificate(loaded().certificate).raw), 200, {
      'content-type': 'application/x-x509-ca-cert',
      'content-disposition': 'attachment; filename="vedette.crt"',
    }),
  );
  routes.get('/trust/vedette.mobileconfig', (c) =>
    c.body(mobileConfig(device, loaded().certificate), 200, {
      'content-type': 'application/x-apple-aspen-config',
      'content-disposition': 'attachment; filename="vedette.mobileconfig"',
    }),
  );
  return routes;
}

/** Apple's configuration profile with one root certificate; its ids follow from the certificate, so it replaces itself. */
function mobileConfig(device: string, certificate: string): string {
  const { raw } = new X509Certificate(certificate);
  const base64 = raw.toString('base64');
  const name = escaped(`Vedette ${device}`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>vedette.${uuidOf(raw, 'profile')}</string>
<key>PayloadUUID</key><string>${uuidOf(raw, 'profile')}</string>
<key>PayloadDisplayName</key><string>${name}</string>
<key>PayloadContent</key><array><dict>
<key>PayloadType</key><string>com.apple.security.root</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>vedette.${uuidOf(raw, 'certificate')}</string>
<key>PayloadUUID</key><string>${uuidOf(raw, 'certificate')}</string>
<key>PayloadDisplayName</key><string>${name}</string>
<key>PayloadContent</key><data>${base64}</data>
</dict></array>
</dict></plist>
`;
}

/** A version 8 UUID (RFC 9562, 5.8) of the certificate. */
function uuidOf(raw: Buffer, purpose: string): string {
  const hex = createHash('sha256').update(purpose).update(raw).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const style = `:root { color-scheme: dark light; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
code { overflow-wrap: anywhere; }
a.button { display: inline-block; padding: 0.6rem 1.2rem; border: 1px solid; border-radius: 0.5rem; }
`;

function guide(device: string, fingerprint: string): string {
  const name = escaped(device);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trust ${name}</title>
<link rel="stylesheet" href="/trust/style.css">
<h1>Trust this device, once</h1>
<p>Browsers give the microphone only to pages they trust. <b>${name}</b> has made a certificate of its own. When your
phone or computer knows it, the warning goes away and you can talk. The certificate is good for this device's own names
and addresses and for nothing else on the internet.</p>
<p>Before you trust it, compare its SHA-256 fingerprint with the one the device printed when it started:<br>
<code>${fingerprint}</code></p>
<h2>iPhone, iPad</h2>
<ol>
<li><a class="button" href="/trust/vedette.mobileconfig">Download the profile</a> in Safari, and allow it.</li>
<li>Open <b>Settings</b>. Tap <b>Profile Downloaded</b>, then <b>Install</b>.</li>
<li>In <b>Settings › General › About › Certificate Trust Settings</b>, switch on <b>Vedette ${name}</b>.</li>
</ol>
<h2>Android</h2>
<ol>
<li><a class="button" href="/trust/vedette.crt">Download the certificate</a>.</li>
<li>Open <b>Settings</b> and search for <b>CA certificate</b> (under <b>Encryption &amp; credentials</b>).</li>
<li>Tap <b>Install anyway</b>, and choose the file <b>vedette.crt</b>.</li>
</ol>
<h2>Windows, macOS, Linux</h2>
<ol>
<li><a class="button" href="/trust/vedette.crt">Download the certificate</a>.</li>
<li>Windows: open it, <b>Install Certificate</b>, and put it in <b>Trusted Root Certification Authorities</b>.<br>
macOS: open it in <b>Keychain Access</b>, and set <b>Trust</b> to <b>Always Trust</b>.<br>
Linux, and Firefox everywhere: the browser's settings, <b>Certificates › Authorities › Import</b>.</li>
</ol>
<p>Then <a href="/">open the page</a>.</p>
</html>
`;
}
