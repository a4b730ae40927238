/** Bytes as RFCs draw them: words in hexadecimal, blanks where they help to read. */
export const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
