import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { Secret } from '../log.ts';
import { type DurationMs, durationBetween, durationMs } from '../protocol/duration.ts';
import { secretText } from '../protocol/secret.ts';
import { type JsonPath, JsonPathText, valueAt } from './json-path.ts';
import type { SensorKind, SensorSource } from './kind.ts';
import { polled } from './polled.ts';
import { numberOf, TextMap } from './text-value.ts';

/** Longer answers are no sensor's. */
const maxBytes = 65_536;
const period = durationMs('30s') as DurationMs;

/** The keys of `kind: http` in a profile. */
export const httpOptions = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
    .meta({ writeOnly: true })
    .transform((url) => new Secret(url))
    .describe('Asked once a period, by GET; a secret, with what keys it holds'),
  path: JsonPathText.optional().describe(
    'Where the value stands in the JSON answer, as in sensors[0].temperature; by default the whole answer is the value',
  ),
  headers: z
    .record(z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/, 'the name of a header'), secretText)
    .optional()
    .describe('Headers of the request, as in { authorization: Bearer … }'),
  type: z
    .enum(['number', 'boolean'])
    .default('number')
    .describe('boolean: on or off, true or false, open or closed'),
  map: TextMap.optional(),
  timeout: durationBetween('100ms', '1m')
    .default(durationMs('5s') as DurationMs)
    .describe('No answer within this is a failed reading'),
});
type Options = z.output<typeof httpOptions>;

/** A value that another device gives when it is asked over HTTP. */
export const httpSensor: SensorKind<typeof httpOptions> = {
  kind: 'http',
  options: httpOptions,
  nature: ({ type }) => ({ type, unit: '', decimals: type === 'boolean' ? 0 : 1, period }),
  open: (options): SensorSource => {
    const closed = new AbortController();
    const source = polled(() => Promise.resolve(() => ask(options, closed.signal)));
    return {
      ...source,
      stop: () => {
        closed.abort();
        return source.stop();
      },
    };
  },
};

async function ask({ url, path, headers = {}, map, timeout }: Options, closed: AbortSignal): Promise<number> {
  const address = new URL(url.reveal());
  const device = 'the HTTP sensor';
  const shown = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.reveal()]));
  const credentials = basicAuthorization(address);
  const late = AbortSignal.timeout(timeout);
  try {
    const answer = await fetch(address, {
      headers: { accept: 'application/json, text/plain;q=0.9, */*;q=0.1', ...credentials, ...shown },
      signal: AbortSignal.any([closed, late]),
    });
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new VedetteError('sensor/no-answer', { device, detail: `status ${answer.status}` });
    }
    return readAnswer(await boundedText(answer, device), path, map, device);
  } catch (error) {
    if (error instanceof VedetteError) throw error;
    const detail = late.aborted ? `nothing within ${timeout / 1000} s` : reasonOf(error);
    throw new VedetteError('sensor/no-answer', { device, detail });
  }
}

/** `fetch` takes no address with a user in it. */
function basicAuthorization(address: URL): Record<string, string> {
  const { username, password } = address;
  if (username === '' && password === '') return {};
  address.username = '';
  address.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

async function boundedText(answer: Response, device: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new VedetteError('sensor/no-answer', { device, detail: `more than ${maxBytes} bytes` });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readAnswer(
  text: string,
  path: JsonPath | undefined,
  map: TextMap | undefined,
  device: string,
): number {
  const said = path ? valueAt(parsed(text, device), path) : text;
  const value = numberOf(said, map);
  if (!Number.isNaN(value)) return value;
  const at = path ? ` at ${path.text}` : '';
  const what = said === undefined ? 'nothing' : JSON.stringify(said).slice(0, 60);
  throw new VedetteError('sensor/no-value', { device, detail: `${what}${at}` });
}

function parsed(text: string, device: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new VedetteError('sensor/no-value', { device, detail: 'it is no JSON' });
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code ?? 'it broke off';
}
