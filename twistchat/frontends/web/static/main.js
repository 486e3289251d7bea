/** Puts all together: the session, and what is seen of it. */

import { byId } from './elements.js';
import { openSession } from './net/browser.js';
import { Settings } from './settings.js';
import { mountBanner } from './ui/banner.js';
import { mountComposer } from './ui/composer.js';
import { mountDoor } from './ui/door.js';
import { mountFound } from './ui/found.js';
import { mountHead } from './ui/head.js';
import { mountLog } from './ui/log.js';
import { mountLook } from './ui/look.js';
import { mountMembers } from './ui/members.js';
import { mountNotices } from './ui/notices.js';
import { mountSidebar } from './ui/sidebar.js';
import { mountWays } from './ui/ways.js';
import { View } from './view.js';
import { fetchWords } from './words.js';

async function start() {
  const settings = new Settings({ storage: openStorage() });
  const words = await fetchWords({ language: settings.get('language'), wished: navigator.languages });
  document.documentElement.lang = words.tag;

  const { session, link } = openSession();
  const element = byId('app');
  const view = new View({ element, session, settings, window });
  const app = { session, chat: session.chat, t: words.t, words, settings, view, link, dialogs: {} };
  mountBanner(byId('banner'), app);
  catchFaults(app.banner);
  mountWays(app);
  mountLook(settings);
  mountDoor(byId('door'), app);
  mountNotices(app);
  mountLog(byId('log'), app);
  mountSidebar(byId('sidebar'), app);
  mountHead(byId('head'), app);
  mountMembers(byId('members'), app);
  mountComposer(byId('composer'), app);
  mountFound(byId('found'), app);
  view.refused.listen(({ error }) => app.banner.fail(error));
  follow(app, element, byId('door'));
  keepIn(view);
  addEventListener('storage', () => settings.reread());
  await session.start();
}

/** Show the door or the chat, whatever the session says. */
function follow({ session, view }, element, door) {
  let isIn = false;
  const show = (state) => {
    const wasIn = isIn;
    const isElsewhere = state === 'out' && session.goodbye?.cause === 'resumed';
    isIn = state === 'in' || state === 'offline' || (wasIn && (isElsewhere || state === 'entering' || state === 'connecting'));
    element.hidden = !isIn;
    door.hidden = isIn;
    // Who is known here comes in without having seen the door, if that is soon.
    door.classList.toggle('calm', state === 'connecting' || state === 'entering');
    if (state === 'in') {
      view.resume();
    }
  };
  session.state.listen(show);
  show(session.state.value);
}

/** While a drawer lies above the conversation, the Tab key stays in it. */
function keepIn(view) {
  const conversation = byId('conversation');
  const keep = () => {
    const name = view.openDrawer;
    conversation.inert = name !== null && view.isNarrow;
    if (conversation.inert && !byId(name).contains(document.activeElement)) {
      byId(name).querySelector('a[href], button, input')?.focus();
    }
  };
  view.drawn.listen(keep);
  addEventListener('resize', keep);
}

/** Nobody is left wondering why nothing happens. */
function catchFaults(banner) {
  addEventListener('error', () => banner.confess());
  addEventListener('unhandledrejection', () => banner.confess());
}

function openStorage() {
  try {
    localStorage.getItem('');
    return localStorage;
  } catch {
    return null;
  }
}

start();
