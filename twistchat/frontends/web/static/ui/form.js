/** Fields of forms, with what is wrong with them beside them. */

import { el, fill } from '../elements.js';

let formCount = 0;

/**
 * A field with its label.
 * @param {{label: string, hint?: string, input?: Element}} given the rest is given to the `input`
 */
export function field({ label, hint, input, ...rest }) {
  const id = `field-${(formCount += 1)}`;
  const made = input ?? el('input', { type: 'text', autocomplete: 'off', ...rest });
  made.id = id;
  const wrong = el('p', { class: 'wrong', id: `${id}-wrong`, role: 'alert' });
  const about = hint ? el('p', { class: 'soft small', id: `${id}-hint`, text: hint }) : null;
  made.setAttribute('aria-describedby', `${about ? `${about.id} ` : ''}${wrong.id}`);
  const element = el('div', { class: 'field' }, el('label', { for: id, text: label }), made, about, wrong);
  return {
    element,
    input: made,
    get value() {
      return made.value;
    },
    /** Say what is wrong, with what would help beside it; without words nothing is. */
    fail(words, ...help) {
      fill(wrong, words, ...help);
      if (words) {
        made.setAttribute('aria-invalid', 'true');
        made.focus();
      } else {
        made.removeAttribute('aria-invalid');
      }
    },
  };
}

/** A box to be ticked, with its label behind it. */
export function check({ label, hint, isOn, onChange, disabled = false }) {
  const input = el('input', {
    type: 'checkbox',
    checked: isOn,
    disabled,
    on: { change: () => onChange(input.checked) },
  });
  const about = hint ? el('p', { class: 'soft small', text: hint }) : null;
  const element = el('div', {}, el('label', { class: 'check' }, input, el('span', { text: label })), about);
  return { element, input, hint: about };
}

/** One of several: `options` are pairs of a value and what it is called. */
export function choice({ label, hint, options, value, onChange }) {
  const input = el(
    'select',
    { on: { change: () => onChange(input.value) } },
    options.map(([own, text]) => el('option', { value: own, text })),
  );
  input.value = value;
  return field({ label, hint, input });
}

/**
 * A form whose button waits for what is asked to be done.
 * @param {{submit: string, onSubmit: () => Promise<unknown>, danger?: boolean, more?: Node[]}} given
 */
export function form({ submit, onSubmit, danger = false, more = [] }, ...children) {
  const button = el('button', { type: 'submit', class: danger ? 'danger' : 'first', text: submit });
  let isBusy = false;
  const element = el(
    'form',
    {
      class: 'rows',
      novalidate: true,
      on: {
        submit: async (event) => {
          event.preventDefault();
          if (isBusy) {
            return;
          }
          isBusy = true;
          button.setAttribute('aria-disabled', 'true');
          try {
            await onSubmit();
          } finally {
            isBusy = false;
            button.removeAttribute('aria-disabled');
          }
        },
      },
    },
    ...children,
    el('div', { class: 'row' }, button, ...more),
  );
  return { element, button };
}
