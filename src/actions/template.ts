import { z } from 'zod';
import type { Occasion } from './kind.ts';

/** What a text of an action may name in braces, and what stands there for an occasion. */
const words = {
  title: ({ event }: Occasion) => event.title,
  on: ({ on }: Occasion) => on,
  severity: ({ event }: Occasion) => event.severity,
  rule: ({ event }: Occasion) => event.rule,
  sensor: ({ event }: Occasion) => event.sensor,
  value: ({ event }: Occasion) => event.value,
  unit: ({ event }: Occasion) => event.unit,
  feed: ({ event }: Occasion) => event.feed,
  time: ({ event }: Occasion) => new Date(event.time).toISOString(),
};
const names = Object.keys(words).map((name) => `{${name}}`);
const placeholder = /\{(\w+)\}/g;

/** A text with words in braces, which stand for what happened. */
export function template(maxChars: number) {
  return z
    .string()
    .min(1)
    .max(maxChars)
    .refine((text) => [...text.matchAll(placeholder)].every(([, name = '']) => name in words), {
      error: `words in braces are ${names.join(' ')}`,
    });
}

/** Whether the text is the same for every occasion. */
export function isPlain(text: string): boolean {
  return text.search(placeholder) < 0;
}

/** The text with what happened in it; what the event does not say is left out. */
export function fill(text: string, occasion: Occasion): string {
  return text.replace(placeholder, (whole, name: string) =>
    name in words ? String(words[name as keyof typeof words](occasion) ?? '') : whole,
  );
}
