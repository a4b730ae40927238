import { expect, test } from 'vitest';
import type { Receipt } from '../../src/protocol/request.ts';
import { ControlChannel } from '../../src/session/control-channel.ts';

function channel(label: string) {
  const sent: unknown[] = [];
  return {
    ...{ label, drained: true, sent },
    send: (text: string) => sent.push(JSON.parse(text)) > 0,
    flushed: async () => {},
  };
}

test('texts of the first control channel are taken, and receipts go back on it', () => {
  const asked: unknown[] = [];
  const control = new ControlChannel({
    session: 's1',
    take: (text, { session }, tell) => {
      asked.push([text, session]);
      tell({ id: 'r1', state: 'done' });
      return true;
    },
  });
  const [first, second, events] = [channel('control'), channel('control'), channel('events')];
  for (const each of [events, first, second]) {
    control.adopt(each);
    control.hear(each, `from ${each.label}`);
  }
  expect(asked).toEqual([['from control', 's1']]);
  expect([first.sent, second.sent]).toEqual([[{ id: 'r1', state: 'done' } satisfies Receipt], []]);
});

test('who may ask nothing is not heard', () => {
  const control = new ControlChannel({ session: 's1', take: undefined });
  const only = channel('control');
  control.adopt(only);
  control.hear(only, '{}');
  expect(only.sent).toEqual([]);
});
