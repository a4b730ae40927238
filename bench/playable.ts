import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** True where ffprobe decodes at least one picture of a file, and complains of nothing. */
export async function playable(path: string): Promise<boolean> {
  try {
    const { stdout, stderr } = await run('ffprobe', [
      ...['-v', 'error', '-count_frames', '-select_streams', 'v'],
      ...['-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0', path],
    ]);
    return Number.parseInt(stdout, 10) > 0 && stderr === '';
  } catch {
    return false;
  }
}
