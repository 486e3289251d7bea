/**
 * The banner above the log: how it stands with the connection, and news that pass.
 *
 * It is announced politely, but for the seconds that are counted down, which would be announced each.
 */

import { el, fill, focusLog, iconButton } from '../elements.js';
import { farewell } from './refusals.js';

/** So long, in milliseconds, is a connection gone before anybody is told: many come back at once. */
const CALM = 1200;

/** So long are passing news shown, longer when they are longer. */
const SHOWN = 5000;

/** Put the banner into its element, and `app.banner` into the app. */
export function mountBanner(element, app) {
  app.banner = new Banner(element, app);
}

class Banner {
  #app;
  #t;
  #state = el('div', { class: 'state', hidden: true });
  #news = el('div', { class: 'news' });
  #seconds = el('span', { class: 'soft', 'aria-hidden': 'true' });
  #wasOffline = false;
  #name = null;
  #calm = null;
  #shown = null;

  constructor(element, app) {
    this.#app = app;
    this.#t = app.t;
    element.setAttribute('role', 'status');
    fill(element, this.#state, this.#news);
    const { session } = app;
    session.state.listen(() => this.#follow());
    app.link.state.listen(() => this.#follow());
    session.trouble.listen((line) => this.#hear(line));
    addEventListener('online', () => this.#follow());
    addEventListener('offline', () => this.#follow());
    setInterval(() => this.#count(), 500);
  }

  /** Say something that goes away by itself. */
  say(words, { isBad = false, action = null } = {}) {
    const line = el('p', { class: isBad ? 'bad' : null }, el('span', { text: words }), action);
    const take = () => {
      const isIn = line.contains(document.activeElement);
      line.remove();
      if (isIn) {
        focusLog();
      }
    };
    line.append(iconButton('close', this.#t('banner.dismiss'), { on: { click: take } }));
    if (this.#news.childElementCount > 2) {
      this.#news.firstElementChild.remove();
    }
    this.#news.append(line);
    if (!isBad) {
      setTimeout(take, SHOWN + words.length * 40);
    }
  }

  /** Say what was refused; it stays until it is dismissed. */
  fail(error) {
    this.say(this.#t.error(error), { isBad: true });
  }

  /** Say that the page itself is at fault, once. */
  confess() {
    this.confess = () => {};
    const again = el('button', {
      type: 'button',
      text: this.#t('banner.reload'),
      on: { click: () => location.reload() },
    });
    this.say(this.#t('banner.failed'), { isBad: true, action: again });
  }

  #follow() {
    const { session } = this.#app;
    const state = session.state.value;
    if (state === 'offline') {
      this.#calm ??= setTimeout(() => this.#tellOffline(), CALM);
      if (this.#wasOffline) {
        this.#tellOffline();
      }
      return;
    }
    if (state === 'entering' || state === 'connecting') {
      return;
    }
    clearTimeout(this.#calm);
    this.#calm = null;
    if (state === 'in') {
      this.#greet(session);
    } else if (state === 'out') {
      this.#tellOut(session.goodbye ?? {});
    } else {
      this.#show(null);
      this.#name = null;
    }
    this.#wasOffline = false;
  }

  #greet({ cameIn, chat }) {
    this.#show(null);
    if (this.#wasOffline) {
      this.say(this.#t('banner.back'));
    }
    if (cameIn === 'anew' && this.#name) {
      this.say(this.#t('banner.anew'));
    }
    if (this.#name && this.#name !== chat.me.name && this.#wasOffline) {
      this.say(this.#t('banner.renamed', { name: chat.me.name }), { isBad: true });
    }
    this.#name = chat.me.name;
  }

  #tellOffline() {
    const t = this.#t;
    this.#wasOffline = true;
    const isNetwork = navigator.onLine === false;
    const now = el('button', {
      type: 'button',
      text: t('banner.now'),
      on: { click: () => this.#app.link.wake() },
    });
    // The same words are not put there again, or they would be announced at each try.
    const kind = isNetwork ? 'network' : 'lost';
    if (this.#shown !== kind) {
      this.#news.querySelectorAll('p:not(.bad)').forEach((line) => line.remove());
      this.#show(kind, el('p', {}, el('strong', { text: t(`banner.${kind}`) })), this.#seconds, now);
    }
    this.#count();
  }

  #tellOut(goodbye) {
    const isElsewhere = goodbye.cause === 'resumed';
    const back = el('button', {
      type: 'button',
      class: 'first',
      text: this.#t(isElsewhere ? 'banner.here' : 'banner.in'),
      on: { click: () => this.#app.session.comeBack() },
    });
    const text = isElsewhere ? this.#t('banner.resumed') : farewell(this.#t, goodbye);
    this.#show('out', el('p', { text }), back);
  }

  #count() {
    if (this.#shown !== 'lost' && this.#shown !== 'network') {
      return;
    }
    const { state, until } = this.#app.link.state.value;
    const left = Math.max(0, Math.ceil(((until ?? 0) - Date.now()) / 1000));
    const text = state === 'waiting' && left ? this.#t('banner.again', { count: left }) : this.#t('banner.trying');
    if (this.#seconds.textContent !== text) {
      this.#seconds.textContent = text;
    }
  }

  #show(kind, ...children) {
    this.#shown = kind;
    this.#state.hidden = !kind;
    this.#state.dataset.kind = kind ?? '';
    const isIn = this.#state.contains(document.activeElement);
    fill(this.#state, ...children);
    if (isIn) {
      focusLog();
    }
  }

  #hear(line) {
    const { value } = this.#app.session.state;
    if ((value !== 'in' && value !== 'offline') || line.code?.startsWith('token-')) {
      return; // it is told at the door; or that one came in anew
    }
    if (line.type === 'stopping') {
      this.say(this.#t('banner.stopping', { words: line.words ?? '' }));
    } else if (line.type === 'slowed') {
      this.say(this.#t('banner.slowed'));
    } else {
      this.fail(line);
    }
  }
}
