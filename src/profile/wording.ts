import { z } from 'zod';
import type { Path } from './document.ts';

/** The part of JSON Schema (2020-12) that profile schemas become. */
export interface SchemaNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | false;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly maxLength?: number;
  readonly writeOnly?: boolean;
}

/** A schema as JSON Schema, for what people write (before defaults and transformations). */
export function jsonSchema(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input' }) as SchemaNode;
}

/** Everything that may stand at `path`; of entries told apart by `kind`, only the kind that `data` names. */
export function schemasAt(schema: SchemaNode, path: Path, data: unknown): readonly SchemaNode[] {
  let nodes = alternatives(schema, data);
  let here = data;
  for (const key of path) {
    const next =
      isRecord(here) || Array.isArray(here) ? (here as Record<PropertyKey, unknown>)[key] : undefined;
    nodes = nodes.flatMap((node) => {
      const child = Array.isArray(here)
        ? node.items
        : (node.properties?.[String(key)] ?? node.additionalProperties);
      return child ? alternatives(child, next) : [];
    });
    here = next;
  }
  return nodes;
}

/** What is allowed, in words: `a whole number from 0 to 65535`, `auto, off or a map of certificate, key`. */
export function allowed(nodes: readonly SchemaNode[]): string {
  const kinds = nodes.flatMap((node) => node.properties?.kind ?? []).flatMap(literals);
  const words =
    kinds.length > 1
      ? [
          ...nodes.filter((node) => !node.properties?.kind).flatMap(describe),
          `a map with the kind ${kinds.join(', ')}`,
        ]
      : nodes.flatMap(describe);
  return [...new Set(words)].join(', ').replace(/, ([^,]*)$/, words.length > 1 ? ' or $1' : ', $1');
}

/** The words among which somebody may have meant one. */
export function choices(nodes: readonly SchemaNode[]): readonly string[] {
  return nodes.flatMap(literals).map(String);
}

/** The keys a map may have here. */
export function keysOf(nodes: readonly SchemaNode[]): readonly string[] {
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

function alternatives(node: SchemaNode, data: unknown): readonly SchemaNode[] {
  const branches = node.anyOf ?? node.oneOf;
  if (!branches) return [node];
  const kind = isRecord(data) ? data.kind : undefined;
  const named = branches.filter((branch) => kind !== undefined && branch.properties?.kind?.const === kind);
  return (named.length > 0 ? named : branches).flatMap((branch) => alternatives(branch, data));
}

function literals(node: SchemaNode): readonly unknown[] {
  if (node.enum) return node.enum;
  return node.const === undefined ? [] : [node.const];
}

function describe(node: SchemaNode): readonly string[] {
  const fixed = literals(node);
  if (fixed.length > 0) return fixed.map(String);
  switch (node.type) {
    case 'integer':
    case 'number':
      return [describeNumber(node)];
    case 'string':
      return [node.maxLength === undefined ? 'a text' : `a text of at most ${node.maxLength} characters`];
    case 'boolean':
      return ['true', 'false'];
    case 'array':
      return ['a list'];
    case 'object':
      return [node.properties ? `a map of ${Object.keys(node.properties).join(', ')}` : 'a map'];
    default:
      return ['something else'];
  }
}

function describeNumber({ type, minimum, maximum, multipleOf }: SchemaNode): string {
  const what = multipleOf === 2 ? 'an even number' : type === 'integer' ? 'a whole number' : 'a number';
  // Where zod says nothing itself, its integers end at the safe ones.
  const from = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? ` from ${minimum}` : '';
  const to = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : '';
  return `${what}${from}${to}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
