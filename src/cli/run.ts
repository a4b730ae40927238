import { dirname } from 'node:path';
import type { CommandModule } from 'yargs';
import { applyFlags, type DeviceFlags, profileArgument, withDeviceFlags } from './flags.ts';
import { type ServeFlags, serve, withServeFlags } from './serve.ts';
import { stateFolder } from './state-folder.ts';

export const runCommand: CommandModule<object, DeviceFlags & ServeFlags & { profile: string }> = {
  command: 'run <profile>',
  describe: 'Run the device of a profile',
  builder: (yargs) =>
    withServeFlags(withDeviceFlags(yargs))
      .positional('profile', profileArgument)
      .example('$0 run porch.yaml', 'until Ctrl-C or SIGTERM')
      .example('$0 run devices/camera --port 8600', 'flags win over the profile')
      .example('$0 run porch.yaml --json', 'one JSON line on stdout once it listens'),
  async handler({ profile: path, ...flags }) {
    const { loadProfile } = await import('../profile/load.ts');
    const { file, profile } = loadProfile(path);
    const wanted = applyFlags(profile, flags);
    // Paths in a profile are relative to it, wherever they are used.
    process.chdir(dirname(file));
    await serve(wanted, stateFolder(wanted.device, process.env), flags);
  },
};
