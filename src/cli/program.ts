import yargs from 'yargs';
import { exitCodes, VedetteError } from '../errors.ts';
import { version } from '../version.ts';
import { auditCommand } from './audit.ts';
import { backupCommand } from './backup.ts';
import { checkCommand } from './check.ts';
import { demoCommand } from './demo.ts';
import { devicesCommand } from './devices.ts';
import { embedCommand } from './embed.ts';
import { eventsCommand } from './events.ts';
import { exportCommand } from './export.ts';
import { tellFailure } from './failure.ts';
import { identityCommand } from './identity.ts';
import { initCommand } from './init.ts';
import { pairCommand } from './pair.ts';
import { peopleCommand } from './people.ts';
import { recoveryCommand } from './recovery.ts';
import { resetCommand } from './reset.ts';
import { restoreCommand } from './restore.ts';
import { rulesCommand } from './rules.ts';
import { runCommand } from './run.ts';
import { schemaCommand } from './schema.ts';
import { serviceCommand } from './service.ts';
import { snapshotCommand } from './snapshot.ts';
import { versionCommand } from './version.ts';

const commandNames = [
  demoCommand,
  initCommand,
  runCommand,
  checkCommand,
  devicesCommand,
  pairCommand,
  recoveryCommand,
  peopleCommand,
  snapshotCommand,
  eventsCommand,
  exportCommand,
  auditCommand,
  resetCommand,
  backupCommand,
  restoreCommand,
  identityCommand,
  rulesCommand,
  serviceCommand,
  embedCommand,
  schemaCommand,
  versionCommand,
].map(({ command }) => String(command).split(' ')[0]);
/** Wider help is hard to read. */
const maxHelpWidth = 100;

/** Runs one command line. Returns the exit code; never throws. */
export async function main(args: readonly string[]): Promise<number> {
  const command = commandNames.includes(args[0]) ? `${args[0]} ` : '';
  const program = yargs()
    .scriptName('vedette')
    .usage('$0 <command>\n\nTurns a small Linux device into a live, trusted, remote presence.')
    .command(demoCommand)
    .command(initCommand)
    .command(runCommand)
    .command(checkCommand)
    .command(devicesCommand)
    .command(pairCommand)
    .command(recoveryCommand)
    .command(peopleCommand)
    .command(snapshotCommand)
    .command(eventsCommand)
    .command(exportCommand)
    .command(auditCommand)
    .command(resetCommand)
    .command(backupCommand)
    .command(restoreCommand)
    .command(identityCommand)
    .command(rulesCommand)
    .command(serviceCommand)
    .command(embedCommand)
    .command(schemaCommand)
    .command(versionCommand)
    .demandCommand(1, 'which command?')
    .recommendCommands()
    .strict()
    .version(version)
    .alias({ help: 'h', version: 'v' })
    .epilogue('vedette <command> --help tells more, with examples.')
    // Messages are part of what people script against: the same in every locale.
    .locale('en')
    .wrap(Math.min(maxHelpWidth, process.stdout.columns ?? maxHelpWidth))
    .exitProcess(false)
    // A command's own failure comes as an error, a wrong command line as a sentence.
    .fail((sentence: string | null, error: Error | undefined) => {
      throw error && error.name !== 'YError'
        ? error
        : new VedetteError('cli/usage', { sentence: sentence ?? String(error?.message), command });
    });
  try {
    await program.parseAsync(args);
    return exitCodes.well;
  } catch (error) {
    return tellFailure(error);
  }
}
