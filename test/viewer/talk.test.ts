import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  idleTalk,
  stepTalk,
  type Talk,
  type TalkEffect,
  type TalkInput,
  tapMs,
} from '../../src/viewer/talk.ts';

class Rig {
  now = 0;
  state: Talk = idleTalk;
  effects: TalkEffect[] = [];

  feed(input: TalkInput, afterMs = 0): this {
    this.now += afterMs;
    const step = stepTalk(this.state, input, this.now);
    this.state = step.state;
    this.effects = [...step.effects];
    return this;
  }

  talking(): this {
    return this.feed({ type: 'press' })
      .feed({ type: 'microphone-open' })
      .feed({ type: 'speaker', is: 'heard' });
  }
}

describe('talk', () => {
  test('it says "talking" only when the device plays what is said', () => {
    const rig = new Rig().feed({ type: 'press' });
    expect(rig.effects).toEqual(['open-microphone']);
    rig.feed({ type: 'microphone-open' });
    expect([rig.state.phase, ...rig.effects]).toEqual(['connecting', 'say-on']);
    expect(rig.feed({ type: 'speaker', is: 'connecting' }).state.phase).toBe('connecting');
    expect(rig.feed({ type: 'speaker', is: 'heard' }).state.phase).toBe('talking');
  });

  test('held, it ends when the button is let go, and the microphone is released', () => {
    const rig = new Rig().talking().feed({ type: 'release' }, tapMs);
    expect(rig.state).toEqual(idleTalk);
    expect(rig.effects).toEqual(['release-microphone', 'say-off']);
  });

  test('tapped, it goes on until the next tap', () => {
    const rig = new Rig().feed({ type: 'press' }).feed({ type: 'release' }, tapMs - 1);
    rig.feed({ type: 'microphone-open' }).feed({ type: 'speaker', is: 'heard' }, 60_000);
    expect(rig.state).toMatchObject({ phase: 'talking', held: false });
    expect(rig.feed({ type: 'press' }).effects).toEqual(['release-microphone', 'say-off']);
    expect(rig.feed({ type: 'release' }).state).toEqual(idleTalk);
  });

  test('a permission given after the button was let go opens nothing', () => {
    const rig = new Rig().feed({ type: 'press' }).feed({ type: 'release' }, 5_000);
    expect(rig.feed({ type: 'microphone-open' }).effects).toEqual(['release-microphone']);
  });

  test('a refusal is said, and not answered', () => {
    const rig = new Rig().feed({ type: 'press' }).feed({ type: 'microphone-open' });
    rig.feed({ type: 'refused', reason: 'somebody else is talking' });
    expect(rig.state).toMatchObject({ problem: { type: 'refused', reason: 'somebody else is talking' } });
    expect(rig.effects).toContain('release-microphone');
  });

  test('a speaker that the device gives to somebody else ends the talk', () => {
    expect(new Rig().talking().feed({ type: 'speaker', is: 'not-ours' }).state.phase).toBe('idle');
  });

  test('in any order of events the microphone is open only while the button says so', () => {
    const inputs = fc.constantFrom<TalkInput>(
      { type: 'press' },
      { type: 'release' },
      { type: 'microphone-open' },
      { type: 'microphone-failed', problem: { type: 'denied' } },
      { type: 'speaker', is: 'heard' },
      { type: 'speaker', is: 'connecting' },
      { type: 'speaker', is: 'not-ours' },
      { type: 'refused', reason: 'busy' },
      { type: 'lost' },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(inputs, fc.nat(1000))), (events) => {
        const rig = new Rig();
        let wanted = false;
        let said = false;
        for (const [input, afterMs] of events) {
          rig.feed(input, afterMs);
          for (const effect of rig.effects) {
            if (effect === 'open-microphone') wanted = true;
            if (effect === 'release-microphone') wanted = false;
            if (effect === 'say-on') said = true;
            if (effect === 'say-off') said = false;
          }
          expect(wanted).toBe(rig.state.phase !== 'idle');
          expect(said).toBe(rig.state.phase === 'connecting' || rig.state.phase === 'talking');
        }
      }),
    );
  });
});
