/** Who one is: name and account. */

import { el, fill } from '../elements.js';
import { openDialog } from './dialog.js';
import { check, field, form } from './form.js';
import { fieldOf, isPlain, suggestion } from './refusals.js';
import { accountWords } from '../words/account.js';

/** Add the dialogs about oneself to `app.dialogs`: `account()`, `rename()`. */
export function mount(app) {
  app.words.add(accountWords);
  app.dialogs.account = (part) => openAccount(app, part);
  app.dialogs.rename = () => openAccount(app, 'rename');
}

function openAccount(app, part) {
  const { session, t } = app;
  const { me } = session.chat;
  const role = (me.operator && 'operator') || (me.account ? 'person' : 'guest');
  const named = () => el('bdi', { class: 'strong', text: me.name });
  const close = (words) => {
    dialog.close();
    if (words) {
      app.banner.say(words);
    }
  };
  const parts = me.account
    ? [changePassword(app, close), logout(app, close), deleteAccount(app, close)]
    : [rename(app, close), register(app, close), login(app, close)];
  const dialog = openDialog(
    { title: t('account.title'), close: t('close'), class: 'account' },
    el('p', {}, t.nodes(`account.${role}`, { name: named() })),
    el('div', { class: 'parts' }, parts.filter(Boolean)),
  );
  const opened = dialog.querySelector(`[data-part="${part}"]`);
  if (opened?.tagName === 'DETAILS') {
    opened.open = true;
    opened.querySelector('input:not([hidden])')?.focus();
  }
}

/** One thing that can be done, folded up. */
function folded(name, title, ...children) {
  const made = el('details', { class: 'part', name: 'account', data: { part: name } }, el('summary', { text: title }), ...children);
  made.addEventListener('toggle', () => {
    if (made.open) {
      made.querySelector('input:not(.heard)')?.focus();
    }
  });
  return made;
}

/** What was refused, beside the field that it is about. */
async function attempt(t, fields, deed) {
  for (const each of Object.values(fields)) {
    each.fail('');
  }
  try {
    await deed();
    return true;
  } catch (error) {
    const which = fields[fieldOf(error.code)] ?? fields.first;
    const take = () => {
      fields.first.input.value = error.hint;
      fields.first.input.form.requestSubmit();
    };
    which.fail(t.error(error), suggestion(t, error, take));
    return false;
  }
}

function rename(app, close) {
  const { session, t } = app;
  const name = field({ label: t('account.name'), value: session.chat.me.name, autocapitalize: 'off', spellcheck: 'false' });
  const { element } = form(
    {
      submit: t('account.rename.do'),
      onSubmit: async () => {
        const wished = name.value.trim();
        if (await attempt(t, { first: name }, () => session.rename(wished))) {
          app.settings.set('name', wished);
          close();
        }
      },
    },
    name.element,
  );
  return folded('rename', t('account.rename'), element);
}

/** A field for a new password, which may be looked at instead of being typed twice. */
function freshField(t) {
  const fresh = field({ label: t('account.new'), type: 'password', autocomplete: 'new-password', hint: plainHint(t) });
  const show = check({
    label: t('account.show'),
    isOn: false,
    onChange: (isShown) => {
      fresh.input.type = isShown ? 'text' : 'password';
    },
  });
  return { fresh, show };
}

function plainHint(t) {
  return isPlain() ? t('door.plain') : null;
}

/** What a password manager takes the name from. */
function nameForManagers(app) {
  return el('input', {
    class: 'heard',
    type: 'text',
    name: 'username',
    autocomplete: 'username',
    value: app.session.chat.me.name,
    tabindex: '-1',
    'aria-hidden': 'true',
    readonly: true,
  });
}

function register(app, close) {
  const { session, t } = app;
  const { fresh, show } = freshField(t);
  const { element } = form(
    {
      submit: t('account.register.do'),
      onSubmit: async () => {
        if (await attempt(t, { first: fresh }, () => session.register(fresh.value))) {
          close(t('account.register.done', { name: session.chat.me.name }));
        }
      },
    },
    el('p', { class: 'soft', text: t('account.register.hint') }),
    nameForManagers(app),
    fresh.element,
    show.element,
  );
  return folded('register', t('account.register'), element);
}

function login(app, close) {
  const { session, t } = app;
  const name = field({
    label: t('account.login.name'), value: session.chat.me.name, autocomplete: 'username', autocapitalize: 'off', spellcheck: 'false',
  });
  const password = field({
    label: t('account.password'),
    type: 'password',
    autocomplete: 'current-password',
    hint: plainHint(t),
  });
  const { element } = form(
    {
      submit: t('account.login.do'),
      onSubmit: async () => {
        const wished = name.value.trim();
        if (await attempt(t, { first: name, password }, () => session.login(wished, password.value))) {
          app.settings.set('name', wished);
          close();
        }
      },
    },
    name.element,
    password.element,
  );
  return folded('login', t('account.login'), element);
}

function changePassword(app, close) {
  const { session, t } = app;
  const old = field({ label: t('account.old'), type: 'password', autocomplete: 'current-password' });
  const { fresh, show } = freshField(t);
  const { element } = form(
    {
      submit: t('account.change'),
      onSubmit: async () => {
        const fields = { first: old, password: old, fresh };
        if (await attempt(t, fields, () => session.changePassword(old.value, fresh.value))) {
          close(t('account.change.done'));
        }
      },
    },
    el('p', { class: 'soft', text: t('account.change.hint') }),
    nameForManagers(app),
    old.element,
    fresh.element,
    show.element,
  );
  return folded('change', t('account.change'), element);
}

function logout(app, close) {
  const { session, t } = app;
  const wrong = el('p', { class: 'wrong', role: 'alert' });
  const leave = async () => {
    try {
      await session.logout();
      close();
    } catch (error) {
      fill(wrong, t.error(error));
    }
  };
  return el(
    'div',
    { class: 'part', data: { part: 'logout' } },
    el('button', { type: 'button', text: t('account.out'), on: { click: leave } }),
    wrong,
  );
}

function deleteAccount(app, close) {
  const { session, t } = app;
  const password = field({ label: t('account.password'), type: 'password', autocomplete: 'current-password' });
  const { element } = form(
    {
      submit: t('account.delete'),
      danger: true,
      onSubmit: async () => {
        if (await attempt(t, { first: password }, () => session.deleteAccount(password.value))) {
          close(t('account.delete.done'));
        }
      },
    },
    el('p', { class: 'soft', text: t('account.delete.hint') }),
    nameForManagers(app),
    password.element,
  );
  return folded('delete', t('account.delete'), element);
}
