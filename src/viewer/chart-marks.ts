import type uPlot from 'uplot';
import type { DeviceEvent } from '../protocol/alarm.ts';
import type { Limit } from './tile.ts';

/** Colours of a chart, as the page's theme has them now. */
export interface ChartColours {
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly accent: string;
  readonly warning: string;
  readonly critical: string;
}

/** Reads the theme off an element: a canvas knows no custom properties. */
export function coloursOf(element: Element): ChartColours {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: read('--ink'),
    soft: read('--ink-soft'),
    line: read('--line'),
    accent: read('--accent'),
    warning: read('--warn'),
    critical: read('--live'),
  };
}

const toneOf = (severity: Limit['severity'], colours: ChartColours): string =>
  severity === 'info' ? colours.soft : colours[severity];

/** The rules' limits as dashed lines, with their values; one out of sight as an arrow at the edge it lies behind. */
export function drawLimits(
  chart: uPlot,
  limits: readonly Limit[],
  words: (value: number) => string,
  colours: ChartColours,
): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${12 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'right';
  for (const { value, severity, side } of limits) {
    const y = chart.valToPos(value, 'y', true);
    const hidden = y < bbox.top || y > bbox.top + bbox.height;
    const at = Math.min(bbox.top + bbox.height, Math.max(bbox.top, y));
    ctx.fillStyle = toneOf(severity, colours);
    ctx.strokeStyle = ctx.fillStyle;
    if (!hidden) {
      ctx.lineWidth = 1.5 * ratio;
      ctx.setLineDash([6 * ratio, 4 * ratio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, at);
      ctx.lineTo(bbox.left + bbox.width, at);
      ctx.stroke();
    }
    const sign = hidden ? (y < bbox.top ? '↑' : '↓') : side === 'above' ? '>' : '<';
    const above = at - bbox.top > 16 * ratio;
    ctx.textBaseline = above ? 'bottom' : 'top';
    ctx.fillText(
      `${sign} ${words(value)}`,
      bbox.left + bbox.width - 4 * ratio,
      at + (above ? -3 : 3) * ratio,
    );
  }
  ctx.restore();
}

/** Events as lines from top to bottom with a mark at their foot. */
export function drawEvents(chart: uPlot, events: readonly DeviceEvent[], colours: ChartColours): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  const foot = bbox.top + bbox.height;
  ctx.save();
  ctx.lineWidth = ratio;
  for (const { time, severity } of events) {
    const x = chart.valToPos(time / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.fillStyle = toneOf(severity, colours);
    ctx.strokeStyle = ctx.fillStyle;
    ctx.globalAlpha = 0.7;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, foot);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.beginPath();
    ctx.moveTo(x, foot - 8 * ratio);
    ctx.lineTo(x - 6 * ratio, foot);
    ctx.lineTo(x + 6 * ratio, foot);
    ctx.fill();
  }
  ctx.restore();
}
