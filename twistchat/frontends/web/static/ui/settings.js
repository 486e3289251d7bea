/** What one can set, and what follows from it for the whole page. */

import { el } from '../elements.js';
import { openDialog } from './dialog.js';
import { check, choice } from './form.js';
import { languageChoice } from './language.js';
import { canNotify, play } from './notices.js';
import { settingsWords } from '../words/settings.js';

const SIDES = { light: '#f3f5f8', dark: '#1b1f24' };

/** Add `app.dialogs.settings()`, and let the settings that concern all of the page take effect. */
export function mountSettings(app) {
  app.words.add(settingsWords);
  app.dialogs.settings = () => openSettings(app);
  applyLook(app.settings);
  app.settings.changed.listen(({ name }) => {
    if (name === 'theme' || name === 'size') {
      applyLook(app.settings);
    }
  });
}

function applyLook(settings) {
  const { dataset } = document.documentElement;
  dataset.theme = settings.get('theme');
  dataset.size = settings.get('size');
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    const system = meta.media.includes('dark') ? 'dark' : 'light';
    meta.content = SIDES[settings.get('theme')] ?? SIDES[system];
  }
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
