import { type Device, startDevice } from '../test/e2e/device.ts';

export const feed = 'front-door';

/** A device as `vedette demo` has it, without its sound: the test camera at 720p30, in a process of its own. */
export function startBenchDevice(): Promise<Device> {
  return startDevice(() => ({ device: 'bench', cameras: { [feed]: { kind: 'test' } } }));
}

/** A device whose camera is a file that goes to its viewers as it is, with room for all of them; it logs little. */
export async function startFileDevice(
  path: string,
  viewers: number,
  env: NodeJS.ProcessEnv = {},
): Promise<{ device: Device; whep: string }> {
  const device = await startDevice(
    () => ({ device: 'bench', cameras: { [feed]: { kind: 'file', path } }, limits: { viewers } }),
    { flags: ['--log-level', 'info'], env },
  );
  return { device, whep: new URL(`whep/${feed}`, device.url).href };
}

/** Waits until a metric of the device has a value. */
export async function metricIs(device: Device, name: string, value: number, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while ((await device.metric(name)) !== value) {
    if (performance.now() > deadline) throw new Error(`${name} did not become ${value}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
