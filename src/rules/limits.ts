import type { SensorDescription } from '../protocol/reading.ts';
import { limitOf } from './certain.ts';
import type { Rules } from './compile.ts';
import type { Term } from './term.ts';

export type Limit = SensorDescription['limits'][number];

/** Where rules draw the line, by sensor: what charts show. Lines over more than one sensor have no place there. */
export function limitsOf({ rules, sensors }: Rules): Readonly<Record<string, readonly Limit[]>> {
  const all: Record<string, Limit[]> = {};
  for (const { name, options, term } of rules) {
    for (const { sensor, side, value } of lines(term, true)) {
      const of = sensors[sensor]?.sensor ?? '';
      const limits = all[of] ?? [];
      all[of] = limits;
      if (limits.some((other) => other.rule === name && other.side === side && other.value === value))
        continue;
      limits.push({ rule: name, severity: options.severity, side, value });
    }
  }
  return all;
}

interface Line {
  readonly sensor: number;
  readonly side: Limit['side'];
  readonly value: number;
}

function lines(term: Term, wanted: boolean): readonly Line[] {
  switch (term.kind) {
    case 'and':
    case 'or':
      return [...lines(term.left, wanted), ...lines(term.right, wanted)];
    case 'not':
      return lines(term.operand, !wanted);
    case 'hold':
      return lines(term.operand, wanted);
    case 'compare': {
      const found = limitOf(term, wanted);
      if (!found) return [];
      const sensor = sensorBehind(found.quantity);
      if (sensor === undefined || found.op === '==' || found.op === '!=') return [];
      return [{ sensor, side: found.op.startsWith('>') ? 'above' : 'below', value: found.limit }];
    }
    default:
      return [];
  }
}

/** The sensor whose scale a quantity is on: its own value, or its mean, least or most in a while. */
function sensorBehind(quantity: Term): number | undefined {
  if (quantity.type !== 'number') return undefined;
  if (quantity.kind === 'sensor') return quantity.sensor;
  if (quantity.kind !== 'window' || quantity.fn === 'rate' || quantity.operand.kind !== 'sensor')
    return undefined;
  return quantity.operand.type === 'number' ? quantity.operand.sensor : undefined;
}
