import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Check, TrustFigure } from '../check.ts';

const root = join(import.meta.dirname, '../../..');
/** systemd's own scale: 0 is nothing exposed, 10 everything. */
const mostExposed = 3.0;

export const check: Check = {
  title: 'the systemd unit of every device in devices/: its exposure, as systemd-analyze judges it',
  async run() {
    if (spawnSync('systemd-analyze', ['--version']).error) return 'there is no systemd-analyze';
    const folder = await mkdtemp(join(tmpdir(), 'vedette-units-'));
    try {
      const devices = (await readdir(join(root, 'devices'), { withFileTypes: true })).filter((entry) =>
        entry.isDirectory(),
      );
      const figures: TrustFigure[] = [];
      for (const { name } of devices) {
        const unit = join(folder, `vedette-${name}.service`);
        await writeFile(unit, printed(name));
        figures.push(
          { what: `${name}: exposure`, value: exposure(unit), unit: 'of 10', must: { atMost: mostExposed } },
          {
            what: `${name}: keys that systemd does not know`,
            value: unknownKeys(unit),
            unit: '',
            must: { atMost: 0 },
          },
        );
      }
      return figures;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function printed(device: string): string {
  const command = [join(root, 'src/cli/main.ts'), 'service', 'print', join(root, 'devices', device)];
  return execFileSync(process.execPath, command, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function exposure(unit: string): number {
  const args = ['security', '--offline=true', '--no-pager', unit];
  const { stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  const [, figure] = /Overall exposure level for \S+: (\d+(?:\.\d+)?)/.exec(stdout) ?? [];
  return Number(figure ?? Number.NaN);
}

function unknownKeys(unit: string): number {
  const { stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
  return stderr.split('\n').filter((line) => /Unknown (key|section)|Failed to parse|Invalid/.test(line))
    .length;
}
