/** One metric of `/metrics`, with its current values. */
export interface Metric {
  /** `vedette_…` with its unit at the end, by Prometheus's naming rules; `…_total` for a counter. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  /** A metric without any is left out. Those of a counter are finite and not negative. */
  readonly samples: readonly {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

/** What `/metrics` answers with. */
export interface MetricsText {
  readonly text: string;
  /** Its media type. */
  readonly type: string;
}

/**
 * Writes metrics in Prometheus's text format 0.0.4. The library is loaded with the first request: a device that nobody
 * scrapes does not carry it.
 *
 * @throws Error where two metrics have one name or a name is none, which is a mistake in this program
 */
export async function renderMetrics(metrics: readonly Metric[]): Promise<MetricsText> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  // Values are counted where they arise, not in the library: a registry lives for one answer.
  const registry = new Registry();
  for (const { name, help, type, samples } of metrics) {
    if (samples.length === 0) continue;
    const labelNames = [...new Set(samples.flatMap(({ labels }) => Object.keys(labels ?? {})))];
    const configuration = { name, help, labelNames, registers: [registry] };
    if (type === 'counter') {
      const counter = new Counter(configuration);
      for (const { labels, value } of samples) counter.inc(labels ?? {}, value);
    } else {
      const gauge = new Gauge(configuration);
      for (const { labels, value } of samples) gauge.set(labels ?? {}, value);
    }
  }
  return { text: await registry.metrics(), type: registry.contentType };
}
