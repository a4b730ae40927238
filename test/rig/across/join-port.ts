/** Run on our side of the device's network: joins stdin and stdout to the loopback port there that is its argument. */
import { connect } from 'node:net';

const socket = connect(Number(process.argv[2]), '127.0.0.1');
process.stdin.pipe(socket).pipe(process.stdout);
socket.once('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
socket.once('close', () => process.exit());
