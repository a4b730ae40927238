import { pino } from 'pino';
import type { ActionBuses } from '../../src/actions/buses.ts';
import type { DeliveryStore, StoredDelivery } from '../../src/actions/delivery.ts';
import type { DeviceParts, Occasion } from '../../src/actions/kind.ts';
import { Pictures } from '../../src/actions/pictures.ts';
import { PushPeople } from '../../src/actions/web-push/people.ts';
import { PushSettings } from '../../src/actions/web-push/settings.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { DeviceEvent } from '../../src/protocol/alarm.ts';

/** A store of deliveries that forgets with the test, not with the outbox: a restart is a second outbox on it. */
export class MemoryDeliveries implements DeliveryStore {
  readonly rows = new Map<number, StoredDelivery & { readonly target: string }>();
  #id = 0;

  async add(delivery: { target: string; body: unknown; expiresAt: number }): Promise<number> {
    const id = ++this.#id;
    // As a disk would: what is kept is text.
    this.rows.set(id, { id, ...delivery, body: JSON.parse(JSON.stringify(delivery.body)) });
    return id;
  }

  async done(id: number): Promise<void> {
    this.rows.delete(id);
  }

  async pending(target: string): Promise<readonly StoredDelivery[]> {
    return [...this.rows.values()].filter((row) => row.target === target);
  }
}

/** Small things kept in memory, as text. */
export class MemoryKept {
  readonly texts = new Map<string, string>();

  async keep(name: string, json: unknown): Promise<void> {
    this.texts.set(name, JSON.stringify(json));
  }

  async kept(name: string): Promise<unknown> {
    const text = this.texts.get(name);
    return text === undefined ? undefined : JSON.parse(text);
  }
}

/** An alarm that just raised, unless told otherwise. */
export function occasion(event: Partial<DeviceEvent> = {}, on: Occasion['on'] = 'raise'): Occasion {
  return {
    event: {
      id: '0193-a',
      type: 'alarm',
      time: Date.UTC(2026, 10, 25, 12, 0, 5),
      severity: 'critical',
      title: 'Machine too hot',
      rule: 'overheating',
      sensor: 'machine.temperature',
      value: 84.234,
      unit: '°C',
      feed: 'machine',
      snapshot: false,
      ...event,
    },
    on,
  };
}

const noBuses: ActionBuses = {
  mqtt: undefined,
  gpio: { openOutput: () => Promise.reject(new Error('this test has no GPIO')) },
};

/** What a device hands to its actions, where all that is not `given` does nothing. */
export function deviceParts(given: Partial<DeviceParts> = {}): DeviceParts {
  const log = pino({ level: 'silent' });
  const clock: Clock = given.clock ?? systemClock;
  const noPictures = { addSnapshot: async () => {}, snapshotPath: () => undefined };
  return {
    device: { name: 'boiler-room', title: 'Boiler room' },
    feedTitle: (feed) => `Feed ${feed}`,
    link: (feed) => `https://boiler-room.local:8480/${feed === undefined ? '' : `?feed=${feed}`}`,
    showFeed: () => () => {},
    ring: () => {},
    record: () => ({ extend: () => {}, clip: Promise.resolve('clip.mp4') }),
    pictures: new Pictures(noPictures, () => Promise.reject(new Error('this test has no camera'))),
    speaker: () => undefined,
    buses: noBuses,
    push: new PushPeople({
      kept: new MemoryKept(),
      settings: PushSettings.parse({}),
      contact: 'https://boiler-room.local:8480/',
      clock,
      log,
    }),
    clock,
    log,
    ...given,
  };
}
