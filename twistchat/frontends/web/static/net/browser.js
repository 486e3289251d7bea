// What a browser gives to a session: sockets, storage, time, the other tabs.

import { Identity } from './identity.js';
import { Link } from './link.js';
import { Session } from './session.js';
import { Store } from './store.js';

/** Make a key that nobody else makes; without `randomUUID`, which plain http has not. */
export function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The page's session, which is yet to be started. @returns {{session: Session, link: Link}} */
export function openSession() {
  const timers = { set: (run, ms) => setTimeout(run, ms), clear: (id) => clearTimeout(id) };
  const base = new URL('.', document.baseURI);
  const url = new URL('socket', base);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const link = new Link({ url: url.href, makeSocket: (where) => new WebSocket(where), timers, now: () => Date.now() });
  const now = () => Date.now() / 1000;
  // Another chat may be served under another prefix of the same host.
  const store = new Store(() => localStorage, base.pathname);
  const tab = new Store(() => sessionStorage, base.pathname);
  const identity = new Identity({ store, tab, channel: openChannel(base.pathname), timers, now, makeKey });
  const session = new Session({ link, identity, timers, now, makeKey });
  addEventListener('online', () => session.wake());
  addEventListener('offline', () => link.doubt());
  addEventListener('pageshow', () => session.wake());
  addEventListener('pagehide', () => session.flush());
  document.addEventListener('visibilitychange', () => (document.hidden ? session.flush() : session.wake()));
  return { session, link };
}

function openChannel(prefix) {
  try {
    return new BroadcastChannel(`twistchat ${prefix}`);
  } catch {
    return null;
  }
}
