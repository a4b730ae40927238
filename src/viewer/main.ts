import './browser.ts';
import './components/vedette-page.ts';
import { language } from './strings.ts';

document.documentElement.lang = language;
