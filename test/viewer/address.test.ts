import { describe, expect, test } from 'vitest';
import { readAddress, writeAddress } from '../../src/viewer/address.ts';

describe('the address', () => {
  test('says what is shown, and a stranger’s words in it say nothing', () => {
    expect(readAddress('?standby&view=charts&sensor=boiler')).toEqual({
      view: 'charts',
      standby: true,
      feed: undefined,
      sensor: 'boiler',
      event: undefined,
    });
    expect(readAddress('?view=admin').view).toBe('live');
    expect(readAddress('').standby).toBe(false);
  });

  test('a change leaves the rest as it was', () => {
    expect(writeAddress('', { standby: true })).toBe('?standby');
    expect(writeAddress('?standby', { view: 'events' })).toBe('?standby&view=events');
    expect(writeAddress('?standby&view=events', { view: 'live', standby: false })).toBe('');
    expect(writeAddress('?x=1', { feed: 'front door' })).toBe('?x=1&feed=front+door');
  });
});
