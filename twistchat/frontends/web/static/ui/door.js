/** The door: under which name one comes in. */

import { byId, el, fill } from '../elements.js';
import { field, form } from './form.js';
import { languageChoice } from './language.js';
import { farewell, fieldOf, isPlain, suggestion } from './refusals.js';

/** Put the door into its element. */
export function mountDoor(element, app) {
  new DoorView(element, app);
}

class DoorView {
  #app;
  #session;
  #t;
  #withAccount = false;
  #wasIn = false;

  constructor(element, app) {
    this.#app = app;
    this.#session = app.session;
    this.#t = app.t;
    this.#make(element);
    this.#session.state.listen((state) => this.#follow(state));
    this.#app.link.state.listen(() => this.#tellLink());
    this.#session.trouble.listen((line) => this.#hear(line));
    this.#follow(this.#session.state.value);
  }

  #make(element) {
    const t = this.#t;
    this.title = el('h1', { text: document.title });
    this.motd = el('div', { class: 'motd', dir: 'auto', hidden: true });
    this.news = el('p', { class: 'news', role: 'status' });
    this.name = field({
      label: t('door.name'),
      name: 'username',
      autocomplete: 'username',
      autocapitalize: 'off',
      spellcheck: 'false',
      enterkeyhint: 'go',
      maxlength: '100',
      dir: 'auto',
      value: this.#session.rememberedName || this.#app.settings.get('name'),
    });
    this.password = field({
      label: t('door.password'),
      type: 'password',
      name: 'password',
      autocomplete: 'current-password',
      enterkeyhint: 'go',
      hint: isPlain() ? t('door.plain') : null,
    });
    this.house = field({
      label: t('door.house'),
      type: 'password',
      name: 'house',
      autocomplete: 'off',
      hint: t('door.house.hint'),
    });
    this.members = el('p', { class: 'soft', text: t('door.members'), hidden: true });
    this.how = el(
      'fieldset',
      { class: 'how' },
      el('legend', { class: 'heard', text: t('door.how') }),
      this.#way('guest', false),
      this.#way('account', true),
    );
    const { element: fields, button } = form(
      { submit: t('door.in'), onSubmit: () => this.#enter() },
      this.how,
      this.members,
      this.name.element,
      this.password.element,
      this.house.element,
    );
    this.button = button;
    fill(
      element,
      el(
        'main',
        { class: 'card' },
        el('header', {}, el('img', { src: byId('icon').href, alt: '', width: 48, height: 48 }), this.title),
        this.motd,
        this.news,
        fields,
        el(
          'footer',
          { class: 'row' },
          this.#app.dialogs.ways &&
            el('button', {
              type: 'button',
              class: 'quiet',
              text: t('door.ways'),
              on: { click: () => this.#app.dialogs.ways() },
            }),
          languageChoice(this.#app),
        ),
      ),
    );
    this.#choose(this.#app.settings.get('account'));
  }

  #way(name, withAccount) {
    const input = el('input', {
      type: 'radio',
      name: 'how',
      on: { change: () => this.#choose(withAccount) },
    });
    this[name] = input;
    return el('label', {}, input, el('span', { text: this.#t(`door.${name}`) }));
  }

  #choose(withAccount) {
    this.#withAccount = withAccount;
    this.account.checked = withAccount;
    this.guest.checked = !withAccount;
    this.password.element.hidden = !withAccount;
    this.name.fail('');
    this.password.fail('');
  }

  #follow(state) {
    const { server, refusal, goodbye } = this.#session;
    if (server.server) {
      this.title.textContent = server.server;
    }
    this.motd.hidden = !server.motd?.length;
    fill(this.motd, (server.motd ?? []).map((line) => el('p', { text: line })));
    const isMembersOnly = server.guests === false;
    this.how.hidden = isMembersOnly;
    this.members.hidden = !isMembersOnly;
    if (isMembersOnly && !this.#withAccount) {
      this.#choose(true);
    }
    this.house.element.hidden = !server.house;
    this.#wasIn ||= state === 'in';
    if (state === 'out' && goodbye) {
      this.#tell(farewell(this.#t, goodbye));
    } else if (state === 'door') {
      const news = (this.#wasIn && 'door.logged-out') || (this.#session.cameIn === 'anew' && 'door.anew');
      this.#tell(news ? this.#t(news) : '');
      if (refusal && !this.isEntering) {
        this.#refuse(refusal);
      }
      this.#wasIn = false;
      queueMicrotask(() => this.#focus()); // not before it is shown
    } else {
      this.#tellLink();
    }
  }

  #tellLink() {
    const state = this.#session.state.value;
    if ((state === 'connecting' || state === 'entering') && !this.isTold) {
      const isWaiting = this.#app.link.state.value.state === 'waiting';
      this.#tell(this.#t(isWaiting ? 'door.waiting' : 'door.connecting'));
    }
  }

  /** What the server says to those who are not in: that it is full, say. It stays until one is at the door. */
  #hear(line) {
    const { value } = this.#session.state;
    if (line.code && value !== 'in' && value !== 'offline') {
      this.#tell(this.#t.error(line), true);
      this.isTold = true;
    }
  }

  #tell(words, isBad = false) {
    this.isTold = false;
    this.news.textContent = words;
    this.news.classList.toggle('bad', isBad);
  }

  #focus() {
    const { activeElement } = document;
    if (activeElement && activeElement !== document.body) {
      return;
    }
    // A phone would cover half of the page with its keyboard before anybody has read it.
    if (!matchMedia('(pointer: coarse)').matches) {
      const first = this.name.value && this.#withAccount ? this.password : this.name;
      first.input.focus();
      first.input.select();
    }
  }

  async #enter() {
    const name = this.name.value.trim();
    for (const each of [this.name, this.password, this.house]) {
      each.fail('');
    }
    if (!name) {
      this.name.fail(this.#t('error.name-empty'));
      return;
    }
    const given = { name };
    if (this.#withAccount) {
      if (!this.password.value) {
        this.password.fail(this.#t.error({ code: 'guests-not-welcome' }));
        return;
      }
      given.password = this.password.value;
    }
    if (!this.house.element.hidden) {
      given.house = this.house.value;
    }
    this.isEntering = true;
    this.button.textContent = this.#t('door.connecting');
    try {
      await this.#session.enter(given);
      this.#app.settings.set('name', name);
      this.#app.settings.set('account', this.#withAccount);
      this.password.input.value = '';
      this.house.input.value = '';
      this.#tell('');
    } catch (error) {
      this.#refuse(error);
    } finally {
      this.isEntering = false;
      this.button.textContent = this.#t('door.in');
    }
  }

  #refuse(error) {
    const words = this.#t.error(error);
    const { code } = error;
    const about = fieldOf(code);
    if (about === 'house') {
      this.house.element.hidden = false;
      this.house.fail(words);
    } else if (about === 'password') {
      this.#choose(true);
      this.password.fail(words, this.#suggestion(error));
      this.password.input.select();
    } else if (about === 'name') {
      this.name.fail(words, this.#suggestion(error));
      this.name.input.select();
    } else if (code?.startsWith('token-')) {
      this.#tell(words);
    } else {
      this.#tell(words, true);
    }
  }

  #suggestion({ code, hint }) {
    return suggestion(this.#t, { code, hint }, () => {
      this.#choose(false);
      this.name.input.value = hint;
      this.#enter();
    });
  }
}
