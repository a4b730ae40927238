import { expect, test } from 'vitest';
import { EventsChannel } from '../../src/session/events-channel.ts';

test('who says too much is told so once in each window, and is heard again in the next', () => {
  const told: unknown[] = [];
  const channel = new EventsChannel({
    label: 'events',
    drained: true,
    send: (text) => told.push(JSON.parse(text)) > 0,
    flushed: async () => {},
  });
  const say = (times: number, now: number) => {
    let heard = 0;
    for (let n = 0; n < times; n += 1) if (channel.read('{"type":"accept"}', now)) heard += 1;
    return heard;
  };
  expect([say(50, 0), told.length]).toEqual([50, 0]);
  expect([say(30, 5_000), told]).toEqual([
    0,
    [{ type: 'refused', request: 'message', code: 'request/too-many', reason: expect.any(String) }],
  ]);
  expect([say(51, 10_001), told.length]).toEqual([50, 2]);
});
