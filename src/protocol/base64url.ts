import { z } from 'zod';

/** So many bytes in base64url without padding (RFC 4648, 5). */
export const base64url = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`), `${bytes} bytes in base64url`);
