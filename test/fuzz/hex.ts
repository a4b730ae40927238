/** Bytes from hexadecimal digits with spaces between them. */
export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
