import type { Key, KeypadSink } from './kind.ts';

/** What keypads that say text call their keys, Zigbee2MQTT's and those of readers on a serial line. */
const named: Readonly<Record<string, Key>> = {
  '#': 'enter',
  '*': 'clear',
  enter: 'enter',
  clear: 'clear',
  cancel: 'clear',
};

/** Tells what a keypad said: one key, or the whole of a code. */
export function tellText(text: string, sink: KeypadSink): void {
  const said = text.trim();
  if (/^\d$/.test(said)) {
    sink.key(said as Key);
    return;
  }
  const key = named[said.toLowerCase()];
  if (key) sink.key(key);
  else if (said !== '') sink.code(said);
}
