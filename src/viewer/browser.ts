/** What must be set before anything else of the page is loaded. Imported first. */
import 'webrtc-adapter';
import { config } from 'zod';

// zod compiles its schemas with `new Function` where it may; a strict CSP forbids it and would report each try.
config({ jitless: true });
