import './strict-csp.ts';
import 'webrtc-adapter';
import './components/vedette-page.ts';
import { language } from './strings.ts';

document.documentElement.lang = language;
