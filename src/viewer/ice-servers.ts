import type { IceServer } from '../protocol/signaling.ts';

/**
 * The ICE servers of a WHEP answer's `Link` header (draft-ietf-wish-whep, 4.6):
 * `<turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; credential="secret"`
 */
export function readIceServers(link: string | null): IceServer[] {
  if (link === null) return [];
  return [...link.matchAll(/<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*)/g)].flatMap(
    ([, url = '', parameters = '']) => {
      const read = (name: string): string | undefined => {
        const match = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^",;\\s]+))`, 'i').exec(parameters);
        return match?.[1] ?? match?.[2];
      };
      if (read('rel') !== 'ice-server' || !/^(stuns?|turns?):/.test(url)) return [];
      const username = read('username');
      const credential = read('credential');
      return [
        {
          urls: url,
          ...(username === undefined ? {} : { username }),
          ...(credential === undefined ? {} : { credential }),
        },
      ];
    },
  );
}
