// Dialogs that do something, and say in place why they could not.

import { el, fill } from '../elements.js';
import { openDialog } from './dialog.js';
import { form } from './form.js';

/** Open a dialog with a heading. */
export function openPanel(app, title, ...children) {
  return openDialog({ title, close: app.t('close') }, ...children.flat().filter(Boolean));
}

/**
 * A form that does something; then its dialog closes, unless `act` resolves to false.
 * @param {object} app
 * @param {{submit: string, isDanger?: boolean, act: () => Promise<unknown>}} given
 * @param {...(Node|null)} children
 */
export function actForm(app, { submit, isDanger = false, act }, ...children) {
  const wrong = el('p', { class: 'wrong', role: 'alert' });
  const { element } = form({
    submit,
    danger: isDanger,
    async onSubmit() {
      fill(wrong);
      try {
        if ((await act()) !== false) {
          element.closest('dialog')?.close();
        }
      } catch (error) {
        fill(wrong, app.t.error(error));
      }
    },
  }, ...children.flat().filter(Boolean), wrong);
  return element;
}

/**
 * Ask whether something is to be done, and do it.
 * @param {object} app
 * @param {{title: string, text?: string, submit: string, isDanger?: boolean, act: () => Promise<unknown>}} given
 */
export function confirm(app, { title, text, ...given }) {
  return openPanel(app, title, actForm(app, given, text ? el('p', { text }) : null));
}
