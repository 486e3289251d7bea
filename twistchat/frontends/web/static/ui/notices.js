/** How somebody learns of what is said while they do not look: title, icon, notification, sound. */

import { byId } from '../elements.js';

/** So often at most, in milliseconds, is somebody called. */
const TITLE_PAUSE = 1500;

/** The icon with a dot: written here, since it is to be there without a connection too. */
const DOTTED =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#1b62ad"/>' +
      '<path d="M14 18h36a4 4 0 0 1 4 4v18a4 4 0 0 1-4 4H30L18 54V44h-4a4 4 0 0 1-4-4V22a4 4 0 0 1 4-4z" fill="#fff"/>' +
      '<circle cx="49" cy="15" r="13" fill="#e0352b" stroke="#fff" stroke-width="4"/></svg>',
  );

/** Begin to watch what arrives. */
export function mountNotices(app) {
  new Notices(app);
}

/** Whether a page at this address may be allowed to notify: 'yes', or why not. */
export function canNotify() {
  if (!window.isSecureContext) {
    return 'insecure';
  }
  if (!('Notification' in window)) {
    return 'none';
  }
  return Notification.permission === 'denied' ? 'denied' : 'yes';
}

let audio = null;

/** Play the sound: two soft notes. A browser may forbid it until somebody has touched the page. */
export function play() {
  try {
    audio ??= new AudioContext();
    audio.resume();
    const start = audio.currentTime + 0.02;
    for (const [index, pitch] of [660, 880].entries()) {
      const [tone, loudness] = [audio.createOscillator(), audio.createGain()];
      const from = start + index * 0.11;
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0, from);
      loudness.gain.linearRampToValueAtTime(0.12, from + 0.015);
      loudness.gain.exponentialRampToValueAtTime(0.0005, from + 0.3);
      tone.connect(loudness).connect(audio.destination);
      tone.start(from);
      tone.stop(from + 0.32);
    }
  } catch {
    // No sound on this device.
  }
}

class Notices {
  #app;
  #icon = byId('icon');
  #plain = this.#icon?.href;
  #last = 0;
  #isWaiting = false;

  constructor(app) {
    this.#app = app;
    const { session, view } = app;
    session.chat.arrived.listen((arrived) => this.#hear(arrived));
    session.chat.changed.listen(() => this.#later());
    session.state.listen(() => this.#later());
    view.opened.listen(() => this.#later());
    this.#tell();
  }

  /** Whether somebody is to be called: what is for them, while they do not look. */
  #hear({ conversation, item, isPast, isMention }) {
    const isForMe = isMention || conversation?.kind === 'private';
    const { settings, view } = this.#app;
    if (isPast || item.isMine || item.notice || item.kind !== 'said' || !isForMe || view.isVisible) {
      return;
    }
    const now = Date.now();
    if (now - this.#last < TITLE_PAUSE) {
      return;
    }
    this.#last = now;
    if (settings.get('sound')) {
      play();
    }
    if (settings.get('notify') && canNotify() === 'yes' && Notification.permission === 'granted') {
      this.#notify(conversation, item);
    }
  }

  #notify(conversation, item) {
    const { t, view, words } = this.#app;
    const isPrivate = conversation.kind === 'private';
    const title = t(`notices.${isPrivate ? 'private' : 'mention'}`, { who: item.who, room: conversation.name });
    try {
      const notification = new Notification(title, {
        body: item.text.slice(0, 200),
        tag: conversation.key,
        icon: this.#plain,
        lang: words.tag,
      });
      notification.onclick = () => {
        window.focus();
        view.open(conversation.key, item.number ?? null);
        notification.close();
      };
    } catch {
      // Android has them for service workers only, which need more than a page.
    }
  }

  /** A flood of lines makes one change of the title. */
  #later() {
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      setTimeout(() => {
        this.#isWaiting = false;
        this.#tell();
      }, 100);
    }
  }

  #tell() {
    const { session, t, view } = this.#app;
    const conversations = [...session.chat.conversations.values()];
    const isIn = session.state.value === 'in' || session.state.value === 'offline';
    let [unread, calls] = [0, 0];
    for (const each of isIn ? conversations : []) {
      unread += each.unread;
      calls += each.kind === 'private' ? each.unread : each.mentions;
    }
    const server = session.server.server || document.title;
    const shown = isIn && session.chat.conversations.get(view.key);
    const title = shown ? `${shown.name} · ${server}` : server;
    document.title = unread ? t('notices.title', { count: unread, title }) : title;
    const icon = calls ? DOTTED : this.#plain;
    if (this.#icon && this.#icon.href !== icon) {
      this.#icon.href = icon;
    }
    if (calls) {
      navigator.setAppBadge?.(calls)?.catch?.(() => {});
    } else {
      navigator.clearAppBadge?.()?.catch?.(() => {});
    }
  }
}
