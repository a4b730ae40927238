import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkControls, parseControls } from '../../../src/media/cameras/v4l2-controls.ts';

const listing = readFileSync(new URL('../../../fixtures/v4l2/vivid.txt', import.meta.url), 'utf8');
const controls = parseControls(listing);

describe('a recorded listing', () => {
  test('gives ranges, defaults and present values', () => {
    expect(controls.find((control) => control.name === 'brightness')).toEqual({
      name: 'brightness',
      type: 'int',
      min: 0,
      max: 255,
      default: 128,
      value: 100,
      menu: {},
      writable: true,
    });
    expect(controls.find((control) => control.name === 'hue')).toMatchObject({ min: -128, max: 128 });
    expect(controls.find((control) => control.name === 'horizontal_flip')).toMatchObject({
      type: 'bool',
      max: 1,
    });
  });

  test('gives the choices of menus', () => {
    const menu = controls.find((control) => control.name === 'osd_text_mode')?.menu;
    expect(menu).toEqual({ 0: 'All', 1: 'Counters Only', 2: 'None' });
  });

  test('says which controls take no value now', () => {
    expect(controls.find((control) => control.name === 'gain')?.writable).toBe(false);
    expect(controls.find((control) => control.name === 'read_only_integer_32_bits')?.writable).toBe(false);
  });

  test('leaves out what is no single number', () => {
    const names = controls.map((control) => control.name);
    expect(names).not.toContain('disconnect');
    expect(names).not.toContain('u8_pixel_array');
  });
});

test('no text makes the parser throw', () => {
  const line = fc.constantFrom(...listing.split('\n').slice(30, 190));
  const text = fc.array(fc.oneof(line, fc.string()), { maxLength: 30 }).map((lines) => lines.join('\n'));
  fc.assert(fc.property(text, (found) => void parseControls(found)));
});

describe('a wished control', () => {
  const check = (wishes: Record<string, number>) => () => checkControls(wishes, controls, '/dev/video0');

  test('within its range passes', () => {
    expect(check({ brightness: 255, hue: -128, mute: 1, osd_text_mode: 2 })).not.toThrow();
  });

  test('that the camera does not have names those it has', () => {
    expect(check({ brightnes: 1 })).toThrow(expect.objectContaining({ code: 'v4l2/unknown-control' }));
    expect(check({ brightnes: 1 })).toThrow(/brightness/);
  });

  test('outside its range or menu names what is allowed', () => {
    expect(check({ brightness: 256 })).toThrow(/0 to 255, not 256/);
    expect(check({ menu: 2 })).toThrow(/1, 3, 4, not 2/);
  });
});
