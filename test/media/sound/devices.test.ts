import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listAlsa, readAlsa } from '../../../src/media/sound/devices.ts';
import { readPulseList } from '../../../src/media/sound/pulse.ts';

const cards = ` 0 [vc4hdmi0       ]: vc4-hdmi - vc4-hdmi-0
                      vc4-hdmi-0
 2 [Device         ]: USB-Audio - USB Audio Device
                      C-Media Electronics Inc. USB Audio Device at usb-0000:01:00.0-1.3, full speed
`;
const pcm = `00-00: MAI PCM i2s-hifi-0 : MAI PCM i2s-hifi-0 : playback 1
02-00: USB Audio : USB Audio : playback 1 : capture 1
`;

test('the kernel’s lists become microphones and speakers by the name of their card', () => {
  expect(readAlsa(cards, pcm).map(({ use, id, title }) => [use, id, title])).toEqual([
    ['speaker', 'plughw:CARD=vc4hdmi0,DEV=0', 'vc4-hdmi-0: MAI PCM i2s-hifi-0'],
    ['microphone', 'plughw:CARD=Device,DEV=0', 'USB Audio Device: USB Audio'],
    ['speaker', 'plughw:CARD=Device,DEV=0', 'USB Audio Device: USB Audio'],
  ]);
});

test('a machine without sound has an empty list', async () => {
  expect(await listAlsa('/nonexistent')).toEqual([]);
});

test('the sound server’s echo cancellers are known by their names', () => {
  const list = `0\talsa_output.usb.monitor\tmodule-alsa-card.c\ts16le 2ch 48000Hz\tIDLE
1\talsa_input.usb\tmodule-alsa-card.c\ts16le 1ch 48000Hz\tSUSPENDED
2\talsa_input.usb.echo-cancel\tmodule-echo-cancel.c\ts16le 1ch 32000Hz\tIDLE
3\techo-cancel-source\tPipeWire\ts16le 1ch 48000Hz\tIDLE
`;
  expect(readPulseList(list)).toEqual([
    { name: 'alsa_output.usb.monitor', monitor: true, echoCancelled: false },
    { name: 'alsa_input.usb', monitor: false, echoCancelled: false },
    { name: 'alsa_input.usb.echo-cancel', monitor: false, echoCancelled: true },
    { name: 'echo-cancel-source', monitor: false, echoCancelled: true },
  ]);
});

test('no text makes the readers throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      readAlsa(a, b);
      readPulseList(a);
    }),
  );
});
