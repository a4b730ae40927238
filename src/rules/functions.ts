/** Functions of conditions, as they are written. Messages and documentation take them from here. */
export const functions = {
  rate: 'rate(x, 1m)',
  mean: 'mean(x, 5m)',
  min: 'min(x, 5m) or min(x, y)',
  max: 'max(x, 5m) or max(x, y)',
  abs: 'abs(x)',
  changed: 'changed(sensor) or changed(sensor, 10s)',
  fault: 'fault(sensor)',
  age: 'age(sensor)',
} as const;

export type FunctionName = keyof typeof functions;

export function isFunction(name: string): name is FunctionName {
  return Object.hasOwn(functions, name);
}
