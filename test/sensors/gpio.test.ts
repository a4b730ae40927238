import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { gpioSensor } from '../../src/sensors/gpio.ts';
import { FakeGpioTools } from '../buses/fake-gpio-tools.ts';
import { until } from '../media/ready.ts';
import { collect, sensorParts, testSensor } from './contract.ts';

describe.each([1, 2] as const)('with version %d of the tools', (version) => {
  let tools: FakeGpioTools;
  let level: 0 | 1 = 0;
  beforeAll(() => {
    tools = new FakeGpioTools(version);
  });
  afterAll(() => tools.remove());

  testSensor('gpio', {
    kind: gpioSensor,
    options: { line: 'button', debounce: '0ms' },
    provoke: () => {
      level = level === 0 ? 1 : 0;
      tools.edge(level);
    },
    absent: { line: 'bell' },
    absentCode: 'gpio/not-found',
  });

  test('the level at the start comes first, then edges with the time the kernel gave them', async () => {
    tools.level(1);
    const parts = sensorParts();
    const source = gpioSensor.open(gpioSensor.options.parse({ line: 0, debounce: '5ms' }), parts);
    const told = collect(source);
    await until('its level', () => told.values.length > 0);
    const at = tools.edge(0);
    await until('the edge', () =>
      told.values.some((value) => value.at !== undefined && value.at >= at - 0.001),
    );
    await source.stop();
    expect(told.values[0]).toEqual({ value: 1 });
    expect(told.values.at(-1)?.value).toBe(0);
    expect(told.values.at(-1)?.at).toBeCloseTo(at, 3);
    expect(systemClock.now() - at).toBeGreaterThan(5);
    await parts.buses.stop();
  });

  test('wiring reaches the tool in its own words', async () => {
    const parts = sensorParts();
    const options = { line: 'button', chip: 'fake', activeLow: true, bias: 'pull-up' };
    const source = gpioSensor.open(gpioSensor.options.parse(options), parts);
    const told = collect(source);
    await until('its level', () => told.values.length > 0);
    await until('gpiomon', () => tools.calls.at(-1)?.startsWith('gpiomon') ?? false);
    await source.stop();
    expect(tools.calls.at(-1)).toContain('--active-low --bias=pull-up');
    expect(tools.calls.at(-1)).toMatch(version === 1 ? / gpiochip0 0$/ : / --chip gpiochip0 0$/);
    await parts.buses.stop();
  });
});

test('without the tools, check says what to install', async () => {
  const before = process.env.PATH;
  process.env.PATH = '/nowhere';
  const parts = sensorParts();
  const { findTool } = await import('../../src/buses/run-tool.ts');
  try {
    if (findTool('gpiomon')) return;
    const missing = gpioSensor.check?.(gpioSensor.options.parse({ line: 'button' }), parts);
    await expect(missing).rejects.toMatchObject({ code: 'gpio/tools-missing', exitCode: 3 });
  } finally {
    process.env.PATH = before;
  }
});
