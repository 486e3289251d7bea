/** Puts all together: the link, the session, what is seen of them. */

import { byId } from './elements.js';
import { Link } from './net/link.js';
import { Session } from './net/session.js';
import { Settings } from './settings.js';
import { View } from './view.js';
import { Words } from './words.js';

/** The parts: where each is put, and what mounts it. */
const PARTS = [
  ['door', 'mountDoor', 'door'],
  ['banner', 'mountBanner', 'banner'],
  ['log', 'mountLog', 'log'],
  ['sidebar', 'mountSidebar', 'sidebar'],
  ['head', 'mountHead', 'head'],
  ['members', 'mountMembers', 'members'],
  ['composer', 'mountComposer', 'composer'],
  ['found', 'mountFound', 'found'],
];

function storageOf(kind) {
  try {
    const storage = window[kind];
    storage.getItem('');
    return storage;
  } catch {
    return null;
  }
}

async function start() {
  const storage = storageOf('localStorage');
  const settings = new Settings({ storage });
  const words = new Words({ language: settings.get('language'), wished: navigator.languages });
  document.documentElement.lang = words.tag;

  const url = new URL('socket', document.baseURI);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const now = () => Date.now();
  const timers = { set: (run, wait) => setTimeout(run, wait), clear: (timer) => clearTimeout(timer) };
  const link = new Link({ url: url.href, makeSocket: (to) => new WebSocket(to), timers, now });
  const session = new Session({ link, storage, now, random: (array) => crypto.getRandomValues(array) });

  const element = byId('app');
  const view = new View({ element, session, settings, window });
  const app = { session, chat: session.chat, t: words.t, words, settings, view, link, dialogs: {} };
  byId('ways').remove();
  for (const [name, mount, place] of PARTS) {
    try {
      const part = await import(`./ui/${name}.js`);
      part[mount](byId(place), app);
    } catch (error) {
      console.warn(name, error);
    }
  }
  session.state.listen((state) => {
    const isIn = state === 'in' || state === 'offline' || (state === 'entering' && view.key);
    byId('door').hidden = isIn;
    element.hidden = !isIn;
  });
  link.open();
}

start();
