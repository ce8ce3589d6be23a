// The knobs of a lesson: what may be turned, one at a time.
import {element} from './dom.js';

// asWritten is the position of a knob whose key the act does not have.
const asWritten = {text: 'as it is written', written: true};

export class Knobs {
  // onturn is told of a knob's name and position, or of nothing when all are as they are written again.
  constructor(knobs, onturn) {
    this.onturn = onturn;
    this.fields = knobs.map((knob, i) => this.field(knob, i));
  }

  field(knob, i) {
    const field = element('fieldset', 'question knob');
    const choices = element('div', 'choices');
    const positions = knob.positions.some((position) => position.written) ? knob.positions : [asWritten, ...knob.positions];
    choices.append(...positions.map((position) => this.choice(field, knob, position, i)));
    field.append(element('legend', '', `${knob.name} (${knob.of})`), choices);
    return field;
  }

  choice(field, knob, position, i) {
    const label = element('label', 'choice');
    const input = element('input');
    Object.assign(input, {type: 'radio', name: 'knob-' + i, value: position.text, checked: position.written});
    input.toggleAttribute('data-written', position.written);
    input.addEventListener('change', () => {
      this.restore(field);
      if (position.written) this.onturn();
      else this.onturn(knob.name, position.text);
    });
    label.append(input, element('span', '', position.text));
    if (position.written && position !== asWritten) label.append(element('span', 'quiet', '(as written)'));
    return label;
  }

  // restore has all knobs but one as they are written.
  restore(but) {
    for (const field of this.fields.filter((each) => each !== but)) field.querySelector('[data-written]').checked = true;
  }

  // choose puts a knob into a position, as a link wants it.
  choose(name, position, knobs) {
    const field = this.fields[knobs.findIndex((knob) => knob.name === name)];
    const input = [...(field?.querySelectorAll('input') || [])].find((each) => each.value === position);
    if (input) input.checked = true;
    return Boolean(input);
  }
}
