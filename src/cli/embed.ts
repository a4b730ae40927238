import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { VedetteError } from '../errors.ts';
import { print } from './output.ts';
import { stateFolder } from './state-folder.ts';

interface EmbedFlags {
  readonly profile: string;
  readonly feed: string;
}

export const embedCommand: CommandModule<object, EmbedFlags> = {
  command: 'embed <profile> <feed>',
  describe: 'Print the HTML that shows a feed in any other page',
  builder: (yargs) =>
    yargs
      .positional('profile', {
        type: 'string',
        demandOption: true,
        describe: 'The profile of the device, or its folder',
      })
      .positional('feed', { type: 'string', demandOption: true, describe: 'Name of the feed' })
      .example('$0 embed porch.yaml front-door', 'a script tag, and an element that may look and listen'),
  async handler({ profile: path, feed }) {
    const { loadProfile } = await import('../profile/load.ts');
    const { profile } = loadProfile(path);
    const names = profile.feeds.map(({ name }) => name);
    if (!names.includes(feed)) throw new VedetteError('feed/unknown', { feed, known: names.join(', ') });
    const { loadSecret } = await import('../access/secret.ts');
    const { embedScopes, mintToken } = await import('../access/token.ts');
    const { localName } = await import('../http/hosts.ts');
    const { port, publicUrl, tls } = profile.http;
    const scheme = tls.mode === 'off' ? 'http' : 'https';
    const door = publicUrl ?? new URL(`${scheme}://${localName(profile.device)}:${port}/`);
    const secret = await loadSecret(join(stateFolder(profile.device, process.env), 'identity'));
    const token = mintToken(secret, embedScopes).reveal();
    print(`<script src="${new URL('vedette-live.js', door).href}"></script>`);
    print(`<vedette-live src="${new URL(`whep/${feed}`, door).href}" token="${token}"></vedette-live>`);
  },
};
