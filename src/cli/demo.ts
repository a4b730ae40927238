import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { applyFlags, type DeviceFlags, withDeviceFlags } from './flags.ts';
import { type ServeFlags, serve, withServeFlags } from './serve.ts';

export const demoCommand: CommandModule<object, DeviceFlags & ServeFlags> = {
  command: 'demo',
  describe: 'Show a device that needs no hardware: test picture, test tone, talk',
  builder: (yargs) =>
    withServeFlags(withDeviceFlags(yargs))
      .example('$0 demo', 'then open the link it prints')
      .example('$0 demo --port 8600', 'where 8480 is taken')
      .example('$0 demo --host 127.0.0.1', 'for this machine alone'),
  async handler(flags) {
    const { loadProfile } = await import('../profile/load.ts');
    const { file, profile } = loadProfile(fileURLToPath(new URL('../../devices/demo', import.meta.url)));
    // Who starts it looks at it in a browser beside it.
    const open = { ...profile, access: { ...profile.access, loopback: true } };
    const wanted = applyFlags(open, flags);
    process.chdir(dirname(file));
    const stateDir = await mkdtemp(join(tmpdir(), 'vedette-demo-'));
    try {
      await serve(wanted, stateDir, flags);
    } finally {
      await rm(stateDir, { recursive: true, force: true });
    }
  },
};
