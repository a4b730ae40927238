import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPush } from '../../src/viewer/worker/push-message.ts';

const message = {
  title: 'Mill: Machine too hot',
  body: '83.2 °C',
  tag: 'hot',
  path: '/?feed=machine',
  severity: 'critical',
  type: 'alarm',
  on: 'raise',
  event: 'e1',
  time: 5,
};

describe('what a push carries', () => {
  test('is read as the device wrote it', () => {
    expect(readPush(JSON.stringify({ ...message, image: '/api/events/e1.jpg' }))).toEqual({
      title: message.title,
      body: message.body,
      tag: 'hot',
      path: '/?feed=machine',
      time: 5,
      severity: 'critical',
      on: 'raise',
      type: 'alarm',
      image: '/api/events/e1.jpg',
    });
  });

  test.each(['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)', 7])(
    'leads to the device’s own page alone, not to %s',
    (path) => {
      expect(readPush(JSON.stringify({ ...message, path, image: path }))).toMatchObject({ path: '/' });
      expect(readPush(JSON.stringify({ ...message, path, image: path }))).not.toHaveProperty('image');
    },
  );

  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        readPush(text);
      }),
    );
  });
});
