import { describe, expect, test } from 'vitest';
import { browserLabel } from '../../src/viewer/browser-label.ts';
import { readJoinLink, writeJoinLink } from '../../src/viewer/join-link.ts';

const link = { invitation: 'AAAAAAAAAAAAAAAAAAAAAA', secret: 'b_-4567890123456789012' };

describe("an invitation's link", () => {
  test('is read as it was written, and carries nothing of the page it was made on', () => {
    const text = writeJoinLink('https://vedette.local:8480/?view=people#x', link);
    expect(text).toBe(`https://vedette.local:8480/#join=${link.invitation}.${link.secret}`);
    expect(readJoinLink(new URL(text).hash)).toEqual(link);
  });

  test('cut, lengthened or altered, it is none', () => {
    const hash = `#join=${link.invitation}.${link.secret}`;
    for (let length = 0; length < hash.length; length += 1) {
      expect(readJoinLink(hash.slice(0, length))).toBeUndefined();
    }
    for (const other of [`${hash}A`, `${hash}.A`, hash.replace('.', ':'), hash.replace('#join', '#Join')]) {
      expect(readJoinLink(other)).toBeUndefined();
    }
  });
});

describe('what a browser is called', () => {
  test.each([
    [
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/150.0.0.0 Mobile Safari/537.36',
      'Chrome, Android',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari, iPhone',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0',
      'Edge, Windows',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, Linux'],
    ['something else', ''],
  ])('%s', (agent, label) => {
    expect(browserLabel(agent)).toBe(label);
  });
});
