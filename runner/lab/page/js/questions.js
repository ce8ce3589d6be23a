// What is asked before an act is played, and what the books say to the guesses.
import {button, chip, element, harmless} from './dom.js';

// named is a message that a question is about, as the run draws it.
const named = (run, body) => {
  const event = (run.events || []).find((e) => e.body === body && e.message);
  return event ? chip(event.message, harmless(body)) : element('span', 'copy', body);
};

// Questions shows the questions in a form. All are the questions; answered says whether each has a guess.
export class Questions {
  constructor(form, run, onchange) {
    this.run = run;
    this.all = (run.questions || []).filter((q) => q.choices && q.choices.length);
    this.form = form;
    form.replaceChildren(...this.all.map((q, i) => this.field(q, i)));
    form.addEventListener('change', onchange);
    form.addEventListener('submit', (event) => event.preventDefault());
  }

  field(q, i) {
    const field = element('fieldset', 'question');
    const legend = element('legend', '', q.question);
    const choices = element('div', 'choices');
    choices.append(...q.choices.map((choice, n) => {
      const label = element('label', 'choice');
      const input = element('input');
      Object.assign(input, {type: q.several ? 'checkbox' : 'radio', name: 'question-' + i, value: n});
      label.append(input, element('span', '', choice.text), this.placed(q));
      return label;
    }));
    field.append(legend, choices);
    if (q.several) field.append(element('p', 'quiet', 'Choose all that apply.'));
    return field;
  }

  // placed is the chip that lies on a choice when it is chosen.
  placed(q) {
    const placed = element('span', 'placed');
    placed.setAttribute('aria-hidden', 'true');
    placed.append(named(this.run, q.message));
    return placed;
  }

  guesses() {
    return this.all.map((_, i) => [...this.form.querySelectorAll(`[name=question-${i}]:checked`)].map((input) => Number(input.value)));
  }

  get answered() { return this.guesses().every((guess) => guess.length > 0); }

  // answers shows what the books of a run say, beside the guesses, and says how many of them are right.
  answers(run, see) {
    const guesses = this.guesses();
    const list = element('ol', 'answers');
    let right = 0;
    this.all.forEach((q, i) => {
      const books = (run.questions || []).find((other) => other.ask === q.ask && other.message === q.message);
      const found = this.answer(q, books, guesses[i], see);
      if (found.right) right++;
      list.append(found.item);
    });
    return {list, right, of: this.all.length};
  }

  answer(q, books, guess, see) {
    const item = element('li');
    item.append(element('p', '', q.question));
    if (!books || !books.choices) {
      item.append(element('p', 'quiet', 'The books of this run do not say.'));
      return {item, right: false};
    }
    const said = guess.map((n) => q.choices[n].text);
    const is = books.choices.filter((choice) => choice.right).map((choice) => choice.text);
    const right = said.length === is.length && said.every((text) => is.includes(text));
    const verdict = element('p', right ? 'pass' : 'fail');
    verdict.append(element('strong', '', (right ? '✓ right: ' : '✗ not so: ') + is.join(', ')));
    if (!right && said.length) verdict.append(element('span', 'quiet', ' (you said: ' + said.join(', ') + ')'));
    item.append(verdict);
    if (books.why) item.append(element('p', '', books.why));
    if (books.event) item.append(button('See event ' + books.event, () => see(books.event)));
    return {item, right};
  }
}
