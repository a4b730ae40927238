/**
 * The one spelling of a JSON value: no spaces, keys sorted by their UTF-16 units at every depth, `undefined` left out
 * (as RFC 8785 has it; strings and numbers are ECMAScript's own).
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? sorted(inner) : inner,
  );
}

function sorted(object: object): Record<string, unknown> {
  // Without a prototype, so that a key named __proto__ is a key.
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, value] of Object.entries(object).sort(([left], [right]) => (left < right ? -1 : 1)))
    result[key] = value;
  return result;
}
