import { byId, el } from '../elements.js';
import { openDialog } from './dialog.js';

/** Take from the page how to join without it, and add `app.dialogs.ways()`, which shows that: null if there is no way. */
export function mountWays(app) {
  const section = byId('ways');
  const list = section.querySelector('dl');
  section.remove();
  const show = () =>
    openDialog(
      { title: app.t('ways.title'), close: app.t('close') },
      el('p', { text: app.t('ways.all') }),
      el('div', { class: 'ways', lang: 'en' }, list),
    );
  app.dialogs.ways = list && show;
}
