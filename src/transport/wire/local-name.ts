import type { ResponsePacket } from 'multicast-dns';

/** A browser on the same network answers at once; the candidate is one of several ways to it. */
const deadlineMs = 3_000;
/** Asked again meanwhile: multicast over Wi-Fi gets lost. */
const askAgainMs = 1_000;

/**
 * The addresses of a browser that hides behind a random name (draft-ietf-mmusic-mdns-ice-candidates, 3.2), by multicast
 * DNS (RFC 6762); none where nobody answers in time, or `signal` aborts.
 */
export async function resolveLocalName(name: string, signal: AbortSignal): Promise<readonly string[]> {
  const { default: multicastDns } = await import('multicast-dns');
  if (signal.aborted) return [];
  const mdns = multicastDns();
  const found = Promise.withResolvers<readonly string[]>();
  const ask = () =>
    mdns.query([
      { name, type: 'A' },
      { name, type: 'AAAA' },
    ]);
  const nothing = () => found.resolve([]);
  const again = setInterval(ask, askAgainMs);
  const deadline = setTimeout(nothing, deadlineMs);
  signal.addEventListener('abort', nothing);
  mdns.on('error', nothing); // the port is taken, or there is no network
  mdns.on('response', ({ answers = [] }) => {
    const addresses = answers.flatMap((answer) => addressIn(answer, name));
    if (addresses.length > 0) found.resolve(addresses);
  });
  try {
    ask();
    return await found.promise;
  } finally {
    clearInterval(again);
    clearTimeout(deadline);
    signal.removeEventListener('abort', nothing);
    mdns.destroy();
  }
}

type Answer = NonNullable<ResponsePacket['answers']>[number];

function addressIn(answer: Answer, name: string): readonly string[] {
  if ((answer.type !== 'A' && answer.type !== 'AAAA') || answer.name.toLowerCase() !== name) return [];
  return [answer.data];
}
