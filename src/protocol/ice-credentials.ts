// What RFC 8839, 5.4 lets a ufrag and a password be. We repeat both in every check that we send: a longer one would
// make us a stranger's amplifier.
const ufragPattern = /^[A-Za-z0-9+/]{4,256}$/;
const pwdPattern = /^[A-Za-z0-9+/]{22,256}$/;

/** Whether `text` may stand in `a=ice-ufrag`: 4 to 256 ice-chars. */
export function isIceUfrag(text: string): boolean {
  return ufragPattern.test(text);
}

/** Whether `text` may stand in `a=ice-pwd`: 22 to 256 ice-chars. */
export function isIcePwd(text: string): boolean {
  return pwdPattern.test(text);
}
