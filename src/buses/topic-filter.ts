/** Longest topic or filter we use, in characters; MQTT allows 65,535 bytes, and nobody needs them. */
const maxChars = 1_000;

/** Whether it may be published to (MQTT 5, 4.7): no wildcards, no NUL, not empty. */
export function isTopic(text: string): boolean {
  return text !== '' && text.length <= maxChars && !/[+#\0]/.test(text);
}

/** Whether it may be subscribed to: `+` stands for a whole level, `#` for all the rest and only at the end. */
export function isTopicFilter(text: string): boolean {
  if (text === '' || text.length > maxChars || text.includes('\0')) return false;
  const levels = text.split('/');
  return levels.every((level, i) => {
    if (level === '+') return true;
    if (level === '#') return i === levels.length - 1;
    return !/[+#]/.test(level);
  });
}

/** Whether a message of `topic` goes to those who subscribed to `filter` (MQTT 5, 4.7.1 and 4.7.2). */
export function topicMatches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  // Topics that begin with $ are the broker's own: a wildcard does not mean them.
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false;
  for (const [i, level] of wanted.entries()) {
    if (level === '#') return true;
    if (i >= levels.length) return false;
    if (level !== '+' && level !== levels[i]) return false;
  }
  return wanted.length === levels.length;
}
