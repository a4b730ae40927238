/** As `datetime-local` wants it: the reader's own time, `2026-11-25T14:00`; empty for no time. */
export function localText(wallMs: number): string {
  if (!Number.isFinite(wallMs)) return '';
  const date = new Date(wallMs);
  return new Date(wallMs - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
