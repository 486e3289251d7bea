/** What one can set. */

import { el } from '../elements.js';
import { openDialog } from './dialog.js';
import { check, choice } from './form.js';
import { languageChoice } from './language.js';
import { canNotify, play } from './notices.js';
import { settingsWords } from '../words/settings.js';

/** Add `app.dialogs.settings()`. */
export function mount(app) {
  app.words.add(settingsWords);
  app.dialogs.settings = () => openSettings(app);
}

function openSettings(app) {
  const { settings, t } = app;
  const selected = (name, values) =>
    choice({
      label: t(`settings.${name}`),
      options: values.map((value) => [value, t(`settings.${name}.${value}`)]),
      value: settings.get(name),
      onChange: (value) => settings.set(name, value),
    }).element;
  const enter = check({
    label: t('settings.enter'),
    hint: t('settings.enter.hint'),
    isOn: settings.get('enterSends'),
    onChange: (isOn) => settings.set('enterSends', isOn),
  });
  const sound = check({
    label: t('settings.sound'),
    isOn: settings.get('sound'),
    onChange: (isOn) => {
      settings.set('sound', isOn);
      if (isOn) {
        play();
      }
    },
  });
  openDialog(
    { title: t('settings.title'), close: t('close') },
    language(app),
    selected('theme', ['system', 'light', 'dark']),
    selected('size', ['small', 'normal', 'large', 'huge']),
    el('div', { class: 'ticks' }, notify(app), sound.element, enter.element),
    el('p', { class: 'soft small', text: t(settings.isKept ? 'settings.stored' : 'settings.unstored') }),
  );
}

function language(app) {
  const id = 'settings-language';
  const isAlone = app.link.state.value.state !== 'open';
  return el(
    'div',
    { class: 'field' },
    el('label', { for: id, text: app.t('settings.language') }),
    languageChoice(app, { id }),
    isAlone && el('p', { class: 'soft small', text: app.t('settings.language.wait') }),
  );
}

function notify({ settings, t }) {
  const able = canNotify();
  const made = check({
    label: t('settings.notify'),
    hint: t(able === 'yes' ? 'settings.notify.hint' : `settings.notify.${able}`),
    isOn: able === 'yes' && settings.get('notify'),
    disabled: able !== 'yes',
    onChange: async (isOn) => {
      const isAllowed = isOn && (await Notification.requestPermission()) === 'granted';
      made.input.checked = isAllowed;
      settings.set('notify', isAllowed);
      if (isOn && !isAllowed) {
        made.hint.textContent = t('settings.notify.denied');
      }
    },
  });
  return made.element;
}
