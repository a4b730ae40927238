import { VedetteError } from './errors.ts';
import { portHolder } from './http/port-holder.ts';
import type { Profile } from './profile/profile.ts';
import type { WirePorts } from './transport/wire/wire.ts';

const maxPort = 65_535;

/** The ports of media: where the profile names none, the HTTP port's number and the one after it. */
export function mediaPorts({ http, media }: Pick<Profile, 'http' | 'media'>): WirePorts {
  const next = http.port === 0 || http.port === maxPort ? 0 : http.port + 1;
  return { udp: media.port ?? http.port, tcp: media.tcpPort ?? next };
}

/**
 * Does `start`, which binds those ports.
 * @throws VedetteError `media/port-taken`, `media/port-forbidden`; whatever else `start` throws as it is.
 */
export async function withPortErrors<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const { code, syscall, port = 0 } = error as NodeJS.ErrnoException & { port?: number };
    const protocol = syscall === 'listen' ? 'TCP' : 'UDP';
    if (code === 'EADDRINUSE') {
      const holder = await portHolder(port, protocol === 'UDP' ? 'udp' : 'tcp');
      throw new VedetteError('media/port-taken', { protocol, port, holder }, { cause: error });
    }
    if (code === 'EACCES')
      throw new VedetteError('media/port-forbidden', { protocol, port }, { cause: error });
    throw error;
  }
}
