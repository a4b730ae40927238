import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Receipt } from '../../src/protocol/request.ts';
import { lastWordWithinMs, RequestClient, retryAfterMs } from '../../src/viewer/requests.ts';

const challenge = 'c'.repeat(22);
type Sent = { readonly id: string; readonly type: string; readonly challenge?: string };

/** A device that answers as a test says; what came, by which way. */
class FarDevice {
  readonly sent: { readonly by: 'channel' | 'post'; readonly text: string }[] = [];
  readonly client = new RequestClient({ post: (text) => this.#post(text) });
  /** What HTTP says; undefined: nothing answers. */
  http: (request: Sent) => unknown = () => undefined;
  /** What the channel says. */
  channel: (request: Sent) => readonly Receipt[] = () => [];

  attach(): void {
    this.client.attach((text) => {
      this.sent.push({ by: 'channel', text });
      for (const receipt of this.channel(JSON.parse(text) as Sent))
        this.client.heard(JSON.stringify(receipt));
    });
  }

  of(type: string): readonly { readonly by: string; readonly text: string }[] {
    return this.sent.filter(({ text }) => (JSON.parse(text) as Sent).type === type);
  }

  async #post(text: string): Promise<string | undefined> {
    this.sent.push({ by: 'post', text });
    const answer = this.http(JSON.parse(text) as Sent);
    return answer === undefined ? undefined : JSON.stringify(answer);
  }
}

const done = (id: string, result?: unknown): Receipt => ({
  id,
  state: 'done',
  ...(result ? { result } : {}),
});
const answers = ({ id, type }: Sent): Receipt => done(id, type === 'challenge' ? { challenge } : undefined);
const unlock = { type: 'unlock', lock: 'door' } as const;

describe('asking', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('an unlock gets a challenge first, and tells that it is under way once', async () => {
    const device = new FarDevice();
    const accepted = vi.fn();
    device.channel = (request) =>
      request.type === 'challenge'
        ? [answers(request)]
        : [
            { id: request.id, state: 'accepted' },
            { id: request.id, state: 'accepted', repeated: true },
            answers(request),
          ];
    device.attach();
    expect(await device.client.send(unlock, { accepted })).toMatchObject({ state: 'done' });
    expect(accepted).toHaveBeenCalledOnce();
    expect(JSON.parse(device.of('unlock')[0]?.text ?? '')).toMatchObject({ lock: 'door', challenge });
    expect(device.sent.map(({ by }) => by)).toEqual(['channel', 'channel']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('without a session it goes by HTTP', async () => {
    const device = new FarDevice();
    device.http = answers;
    expect(await device.client.send(unlock)).toMatchObject({ state: 'done' });
    expect(device.sent.map(({ by }) => by)).toEqual(['post', 'post']);
  });

  test('after a reconnect the same bytes are sent again', async () => {
    const device = new FarDevice();
    device.channel = (request) => (request.type === 'challenge' ? [answers(request)] : []);
    device.attach();
    const receipt = device.client.send(unlock);
    await vi.advanceTimersByTimeAsync(1_000);
    device.client.detach();
    device.channel = (request) => [{ ...answers(request), repeated: true }];
    device.attach();
    expect(await receipt).toMatchObject({ state: 'done', repeated: true });
    const [first, second, ...more] = device.of('unlock');
    expect(first?.text).toBe(second?.text);
    expect(more).toEqual([]);
  });

  test('where the channel stays silent, the same bytes go by HTTP as well', async () => {
    const device = new FarDevice();
    device.channel = (request) => (request.type === 'challenge' ? [answers(request)] : []);
    device.http = answers;
    device.attach();
    const receipt = device.client.send(unlock);
    await vi.advanceTimersByTimeAsync(retryAfterMs);
    expect(await receipt).toMatchObject({ state: 'done' });
    expect(device.of('unlock').map(({ by }) => by)).toEqual(['channel', 'post']);
    expect(new Set(device.of('unlock').map(({ text }) => text)).size).toBe(1);
  });

  test('a button held offline opens nothing later', async () => {
    const device = new FarDevice();
    const receipt = device.client.send(unlock);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(await receipt).toMatchObject({ state: 'refused', code: 'request/unreached' });
    device.channel = (request) => [answers(request)];
    device.attach();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(device.of('unlock')).toEqual([]);
  });

  test('what it needs is told once, and it waits longer for the last word then', async () => {
    const device = new FarDevice();
    const needs = { kind: 'person' as const, until: 60_000 };
    let last: Receipt['state'] = 'accepted';
    device.http = (request) =>
      request.type === 'challenge' || last === 'done'
        ? answers(request)
        : { id: request.id, state: 'accepted', needs };
    const accepted = vi.fn();
    const receipt = device.client.send(unlock, { accepted });
    await vi.advanceTimersByTimeAsync(lastWordWithinMs + 20_000);
    expect(accepted.mock.calls).toMatchObject([[{ state: 'accepted', needs }]]);
    last = 'done';
    await vi.advanceTimersByTimeAsync(retryAfterMs);
    expect(await receipt).toMatchObject({ state: 'done' });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('who hears nothing is told that nobody knows', async () => {
    const device = new FarDevice();
    device.http = (request) => (request.type === 'challenge' ? answers(request) : undefined);
    const receipt = device.client.send(unlock);
    await vi.advanceTimersByTimeAsync(lastWordWithinMs + 1_000);
    expect(await receipt).toMatchObject({ state: 'refused', code: 'request/no-answer' });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('being asked to wait is no last word', async () => {
    const device = new FarDevice();
    let tries = 0;
    device.channel = (request) => {
      tries += 1;
      return tries < 3
        ? [{ id: request.id, state: 'refused', code: 'request/too-many', reason: 'too much' }]
        : [answers(request)];
    };
    device.attach();
    const receipt = device.client.send({ type: 'people' });
    await vi.advanceTimersByTimeAsync(5 * retryAfterMs);
    expect(await receipt).toMatchObject({ state: 'done' });
  });

  test('a refusal of HTTP is the last word only for who has not asked on a channel', async () => {
    const device = new FarDevice();
    device.http = () => ({ code: 'access/denied', message: 'open the link', cure: 'do so' });
    expect(await device.client.send({ type: 'people' })).toMatchObject({ reason: 'open the link' });
    device.attach();
    const receipt = device.client.send({ type: 'people' });
    await vi.advanceTimersByTimeAsync(retryAfterMs);
    device.channel = (request) => [answers(request)];
    await vi.advanceTimersByTimeAsync(retryAfterMs);
    expect(await receipt).toMatchObject({ state: 'done' });
  });

  test('what is no receipt, or one of another, changes nothing; a channel that is closing throws nothing', async () => {
    const device = new FarDevice();
    device.http = answers;
    for (const text of ['', '{}', 'null', JSON.stringify(done('other'))]) device.client.heard(text);
    device.client.attach(() => {
      throw new Error('InvalidStateError');
    });
    const receipt = device.client.send({ type: 'people' });
    await vi.advanceTimersByTimeAsync(retryAfterMs);
    expect(await receipt).toMatchObject({ state: 'done' });
  });
});
