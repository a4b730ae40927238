import { EventsChannel } from '../../../src/session/events-channel.ts';
import { type FuzzTarget, promise } from '../target.ts';

const lines = [
  '{"type":"talk","feed":"door","on":true}',
  '{"type":"talk","feed":"door","on":false}',
  '{"type":"accept"}',
];
const words = ['\n', '"on":1', '"__proto__":{}', '{"type":"state"}', '[[[[[[[[[[[[[[[[', '\\u0000', 'null'];

/** As the channel allows in any 10 s. */
const budget = 50;

export const target: FuzzTarget = {
  about: 'messages of a viewer on the events channel',
  seeds: [...lines, lines.join('\n'), Array.from({ length: 100 }, () => lines[2]).join('\n')].map((text) =>
    Buffer.from(text),
  ),
  words: words.map((word) => Buffer.from(word)),
  take(input) {
    const channel = new EventsChannel({
      label: 'events',
      drained: true,
      send: () => true,
      flushed: async () => {},
    });
    let read = 0;
    for (const line of Buffer.from(input).toString('utf8').split('\n'))
      if (channel.read(line, 0) !== undefined) read += 1;
    promise(read <= budget, `at most ${budget} messages at once`);
  },
  steps: { fixed: 20, perByte: 5 },
  bytes: { fixed: 0, perByte: 2 },
};
