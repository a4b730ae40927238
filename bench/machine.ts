import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** What a benchmark ran on, a line each. */
export function describeMachine(): readonly string[] {
  const processors = cpus();
  return [
    `cpu       ${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`,
    `load      ${loadavg()[0]?.toFixed(1)} in the last minute`,
    `memory    ${Math.round(totalmem() / 2 ** 20)} MiB`,
    `system    ${type()} ${release()}`,
    `node      ${process.version}`,
    `chromium  ${version('/usr/bin/chromium', '--version')}`,
    `ffmpeg    ${version('ffmpeg', '-version')}`,
    `go        ${version('go', 'version')}`,
    `pion      ${version('dpkg-query', '-W', 'golang-github-pion-webrtc.v3-dev')}`,
  ];
}

function version(command: string, ...args: readonly string[]): string {
  try {
    const [line = ''] = execFileSync(command, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).split('\n');
    return /\d+(\.\d+)+\S*/.exec(line)?.[0] ?? line;
  } catch {
    return 'not there';
  }
}
