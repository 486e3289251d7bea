import { el } from '../elements.js';
import { LANGUAGES } from '../words.js';

/** What each language calls itself. */
const OWN = { en: 'English', zh: '简体中文' };

/**
 * The choice of the language. Another one is taken by loading the page again; without a connection it waits
 * until that happens, since there may be nothing to load it from.
 */
export function languageChoice(app, { id } = {}) {
  const input = el(
    'select',
    {
      id,
      class: 'language',
      'aria-label': id ? null : app.t('door.language'),
      on: {
        change: () => {
          app.settings.set('language', input.value);
          if (app.link.state.value.state === 'open') {
            location.reload();
          }
        },
      },
    },
    Object.keys(LANGUAGES).map((name) => el('option', { value: name, lang: LANGUAGES[name], text: OWN[name] })),
  );
  input.value = app.words.language;
  return input;
}
