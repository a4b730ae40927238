import { VedetteError } from '../../errors.ts';

/** One knob of a camera, as its driver describes it. */
export interface CameraControl {
  readonly name: string;
  readonly type: 'int' | 'bool' | 'menu' | 'intmenu';
  readonly min: number;
  readonly max: number;
  readonly default: number;
  /** The present value. */
  readonly value: number;
  /** For menus: value to its name. */
  readonly menu: Readonly<Record<number, string>>;
  /** The driver takes no value now: read only, or governed by another control (as gain is by automatic gain). */
  readonly writable: boolean;
}

/**
 * Reads `v4l2-ctl --list-ctrls-menus`. Total; controls of other types (buttons, arrays) are passed over.
 *
 *                   brightness 0x00980900 (int)    : min=0 max=255 step=1 default=128 value=128 flags=slider
 *         power_line_frequency 0x00980918 (menu)   : min=0 max=2 default=1 value=1 (50 Hz)
 *                              0: Disabled
 */
export function parseControls(text: string): CameraControl[] {
  const controls: (Omit<CameraControl, 'menu'> & { menu: Record<number, string> })[] = [];
  let menu: Record<number, string> | undefined;
  for (const line of text.split('\n')) {
    const head = /^\s*(\w+) 0x[0-9a-f]{8} \((int|bool|menu|intmenu)\)\s*: (.*)$/.exec(line);
    if (head) {
      const [, name = '', type = '', rest = ''] = head;
      const field = (key: string): number | undefined => {
        const found = new RegExp(`(?:^| )${key}=(-?\\d+)`).exec(rest);
        return found ? Number(found[1]) : undefined;
      };
      menu = {};
      controls.push({
        name,
        type: type as CameraControl['type'],
        min: field('min') ?? 0,
        max: field('max') ?? 1,
        default: field('default') ?? 0,
        value: field('value') ?? 0,
        menu,
        writable: !/flags=.*\b(?:read-only|inactive)\b/.test(rest),
      });
      continue;
    }
    const choice = /^\s+(\d+): (.*)$/.exec(line);
    if (choice && menu) menu[Number(choice[1])] = choice[2] ?? '';
    else if (!choice) menu = undefined;
  }
  return controls;
}

/**
 * Checks the profile's controls against the driver's.
 *
 * @throws VedetteError `v4l2/unknown-control` (the names there are), `v4l2/control-range` (the values there are):
 *   drivers would silently clamp a value that is too high.
 */
export function checkControls(
  wishes: Readonly<Record<string, number>>,
  controls: readonly CameraControl[],
  device: string,
): void {
  for (const [name, value] of Object.entries(wishes)) {
    const control = controls.find((one) => one.name === name);
    if (!control) {
      const known = controls.map((one) => one.name).join(', ') || 'none';
      throw new VedetteError('v4l2/unknown-control', { control: name, device, known });
    }
    const offered =
      control.type === 'menu' || control.type === 'intmenu' ? Object.keys(control.menu) : undefined;
    if (value < control.min || value > control.max || (offered && !offered.includes(String(value)))) {
      const allowed = offered ? offered.join(', ') : `${control.min} to ${control.max}`;
      throw new VedetteError('v4l2/control-range', { control: name, value, device, allowed });
    }
  }
}
