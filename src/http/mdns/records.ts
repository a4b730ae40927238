/** A resource record, as far as we publish and compare them. */
export type MdnsRecord =
  | {
      readonly type: 'A' | 'AAAA' | 'PTR';
      readonly name: string;
      readonly ttl: number;
      readonly flush: boolean;
      readonly data: string;
    }
  | {
      readonly type: 'SRV';
      readonly name: string;
      readonly ttl: number;
      readonly flush: boolean;
      readonly data: ServiceTarget;
    }
  | {
      readonly type: 'TXT';
      readonly name: string;
      readonly ttl: number;
      readonly flush: boolean;
      readonly data: string;
    };

interface ServiceTarget {
  readonly port: number;
  readonly target: string;
  readonly priority: number;
  readonly weight: number;
}

/** Seconds a record that names a host or its addresses is kept, and any other (RFC 6762, 10). */
const hostTtlSeconds = 120;
const otherTtlSeconds = 4500;
/** For resolvers that do not know multicast DNS (RFC 6762, 6.7). */
const legacyTtlSeconds = 10;

/** What is published. */
export interface MdnsService {
  /** `<device>.local`. */
  readonly hostName: string;
  /** For people; at most 63 bytes are used (RFC 6763, 4.1.1). */
  readonly title: string;
  readonly port: number;
  /** HTTPS is spoken. */
  readonly secured: boolean;
}

/** Everything that is published by an interface that has these addresses. */
export function recordsOf(
  { hostName, title, port, secured }: MdnsService,
  addresses: readonly string[],
): readonly MdnsRecord[] {
  const service = `_${secured ? 'https' : 'http'}._tcp.local`;
  const instance = `${label(title)}.${service}`;
  const shared = { ttl: otherTtlSeconds, flush: false };
  // What only we say replaces what others have kept of it (RFC 6762, 10.2).
  const unique = { ttl: hostTtlSeconds, flush: true };
  return [
    ...addresses.map(
      (data): MdnsRecord => ({ type: data.includes(':') ? 'AAAA' : 'A', name: hostName, ...unique, data }),
    ),
    { type: 'SRV', name: instance, ...unique, data: { port, target: hostName, priority: 0, weight: 0 } },
    { type: 'TXT', name: instance, ttl: otherTtlSeconds, flush: true, data: 'path=/' },
    { type: 'PTR', name: service, ...shared, data: instance },
    { type: 'PTR', name: '_services._dns-sd._udp.local', ...shared, data: service }, // RFC 6763, 9
  ];
}

/** A question, or an answer that the asker knows already. */
export interface MdnsQuery {
  readonly questions: readonly { readonly name: string; readonly type: string }[];
  readonly known: readonly {
    readonly name: string;
    readonly type: string;
    readonly ttl?: number | undefined;
    readonly data?: unknown;
  }[];
}

/** The records that `query` asks for and does not know (RFC 6762, 6 and 7.1). */
export function answersTo(query: MdnsQuery, records: readonly MdnsRecord[]): readonly MdnsRecord[] {
  return records.filter((record) => {
    const asked = query.questions.some(
      ({ name, type }) => sameName(name, record.name) && (type === record.type || type === 'ANY'),
    );
    const known = query.known.some(
      ({ name, type, ttl, data }) =>
        sameName(name, record.name) &&
        type === record.type &&
        data === record.data &&
        (ttl ?? 0) * 2 >= record.ttl,
    );
    return asked && !known;
  });
}

/** The same records for a resolver that keeps them by ordinary rules. */
export const legacy = (records: readonly MdnsRecord[]): readonly MdnsRecord[] =>
  records.map((record) => ({ ...record, ttl: Math.min(record.ttl, legacyTtlSeconds), flush: false }));

/** The same records, taken back (RFC 6762, 10.1). */
export const goodbye = (records: readonly MdnsRecord[]): readonly MdnsRecord[] =>
  records.map((record) => ({ ...record, ttl: 0 }));

/** Whether `answers` show that somebody else has `hostName`: an address for it that is none of ours. */
export function isTaken(
  hostName: string,
  answers: readonly {
    readonly name: string;
    readonly type: string;
    readonly ttl?: number | undefined;
    readonly data?: unknown;
  }[],
  ours: readonly string[],
): boolean {
  return answers.some(
    ({ name, type, ttl, data }) =>
      sameName(name, hostName) &&
      (type === 'A' || type === 'AAAA') &&
      ttl !== 0 &&
      typeof data === 'string' &&
      !ours.includes(data),
  );
}

/** DNS compares ASCII without case (RFC 6762, 16). */
const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** One label: a dot would end it, and 63 bytes fit. */
function label(title: string): string {
  let text = title.replace(/\./g, ' ').trim() || 'Vedette';
  while (Buffer.byteLength(text) > 63) text = [...text].slice(0, -1).join('');
  return text;
}
