/**
 * What Home Assistant calls a quantity, by its unit. Only where a unit says it without doubt: `%` may be humidity, a
 * level or a load, and Home Assistant refuses units that do not belong to a class.
 */
const classes: ReadonlyMap<string, string> = new Map([
  ['°C', 'temperature'],
  ['°F', 'temperature'],
  ['K', 'temperature'],
  ['lx', 'illuminance'],
  ['mW', 'power'],
  ['W', 'power'],
  ['kW', 'power'],
  ['VA', 'apparent_power'],
  ['kVA', 'apparent_power'],
  ['var', 'reactive_power'],
  ['µV', 'voltage'],
  ['mV', 'voltage'],
  ['V', 'voltage'],
  ['mA', 'current'],
  ['A', 'current'],
  ['Hz', 'frequency'],
  ['kHz', 'frequency'],
  ['MHz', 'frequency'],
  ['mbar', 'pressure'],
  ['bar', 'pressure'],
  ['Pa', 'pressure'],
  ['hPa', 'pressure'],
  ['kPa', 'pressure'],
  ['psi', 'pressure'],
  ['mm/s', 'speed'],
  ['m/s', 'speed'],
  ['km/h', 'speed'],
  ['mm', 'distance'],
  ['cm', 'distance'],
  ['m', 'distance'],
  ['g', 'weight'],
  ['kg', 'weight'],
  ['dB', 'sound_pressure'],
  ['dBA', 'sound_pressure'],
  ['dBm', 'signal_strength'],
  ['W/m²', 'irradiance'],
  ['L/min', 'volume_flow_rate'],
  ['m³/h', 'volume_flow_rate'],
  ['ms', 'duration'],
  ['s', 'duration'],
  ['min', 'duration'],
  ['h', 'duration'],
  ['d', 'duration'],
]);

/** Home Assistant's `device_class` for a sensor with this unit; undefined where it has none for sure. */
export function deviceClassOf(unit: string): string | undefined {
  return classes.get(unit);
}
