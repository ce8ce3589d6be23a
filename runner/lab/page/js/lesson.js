// The page of a lesson: predict, play, compare, turn a knob, look at other brokers.
import {onkeys} from './player.js';
import {Beside} from './beside.js';
import {Knobs} from './knobs.js';
import {Questions} from './questions.js';
import {RunView} from './runview.js';
import {Work} from './work.js';
import {button, element} from './dom.js';
import {backend} from './backend.js';
import {learned} from './progress.js';
import {place} from './place.js';
import {watch} from './watch.js';

const part = (id) => document.getElementById(id);

// complete gives a run the sentences that its sequence diagram has: those of a row are the lines of its title.
const complete = (run, figure) => {
  for (const row of figure.querySelectorAll('.row')) {
    row.querySelector('title').textContent.split('\n').forEach((sentence, i) => { run.sentences[Number(row.dataset.first) - 1 + i] = sentence; });
  }
};

class Lesson {
  constructor(data) {
    this.data = data;
    if (data.run) complete(data.run, part('play').querySelector('figure'));
    this.name = document.querySelector('h1').textContent;
    this.player = backend(data.backend, new URL(data.root, location.href));
    this.work = new Work();
    if (data.run) this.predict();
  }

  // predict asks, and lets the act be played when each question has a guess.
  predict() {
    const section = part('predict');
    this.questions = new Questions(section.querySelector('form'), this.data.run, () => this.ready());
    this.play = button('▶ Play', () => { if (this.play.getAttribute('aria-disabled') !== 'true') this.start(); });
    this.play.className = 'main';
    this.hint = element('span', 'quiet');
    const controls = element('p', 'controls');
    controls.append(this.play, this.hint);
    if (this.questions.all.length === 0) section.querySelector('h2').after(element('p', 'quiet', 'Here is nothing to predict.'));
    section.append(controls);
    section.hidden = false;
    this.ready();
  }

  ready() {
    this.play.setAttribute('aria-disabled', String(!this.questions.answered));
    this.hint.textContent = this.questions.answered ? '' : 'First say what you think.';
  }

  // start has the act played by whoever does that for the page, or takes what was recorded.
  async start() {
    if (!this.player.plays) return this.show(this.data.run);
    const reply = await this.work.ask(part('predict'), (options) => this.player.play({lesson: this.data.lesson}, options));
    if (reply) this.show(reply.runs[0]);
  }

  // show shows a run of the act as it is written, at an event.
  show(run, at = 0) {
    const section = part('play');
    // The recorded run has its picture in the page.
    const figure = run === this.data.run ? section.querySelector('figure') : undefined;
    this.run = run;
    this.view = new RunView({run, name: this.name, figure, onshow: (n) => this.moved(n)});
    section.querySelectorAll('.on, .run, .reveal').forEach((old) => old.remove());
    section.append(this.view.element);
    section.hidden = false;
    this.current = this.view.player;
    if (!this.current) return this.compare();
    section.append(this.reveal = button('What came of it', () => this.view.player.move('last')));
    this.reveal.className = 'reveal';
    this.current.show(at, true);
    section.scrollIntoView({block: 'start'});
    this.current.control('next').focus({preventScroll: true});
    this.offerKnobs();
    this.offerBrokers();
  }

  moved(n) {
    this.current = this.view.player;
    place.set({event: n});
    if (n === this.current.events.length) this.compare();
  }

  // compare holds the guesses against the books, when the act has come to its end.
  compare() {
    this.reveal?.remove();
    const section = part('compare');
    if (!section.hidden) return;
    const {list, right, of} = this.questions.answers(this.run, (n) => {
      this.view.player.show(n, true);
      this.view.element.scrollIntoView({block: 'start'});
    });
    if (of) section.querySelector('.answers').replaceChildren(element('p', 'score', `${right} of ${of} right.`), list);
    section.hidden = of === 0;
    learned(this.data.lesson, right, of);
  }

  offerKnobs() {
    const section = part('knobs');
    if (this.knobs || this.data.knobs.length === 0) return;
    this.knobs = new Knobs(this.data.knobs, (knob, position) => this.turn(knob, position));
    const content = section.querySelector('.content');
    if (this.player.plays) content.append(...this.knobs.fields);
    else content.append(element('p', 'quiet', 'Turning a knob needs somebody who plays: tutor serve does.'));
    section.hidden = false;
  }

  // turn plays the act with a knob in a position, and shows what becomes different.
  async turn(knob, position, at) {
    const content = part('knobs').querySelector('.content');
    content.querySelector('.compared')?.remove();
    if (!knob) return this.moved(this.view.player.at);
    const reply = await this.work.ask(content, (options) => this.player.play({lesson: this.data.lesson, knob, position}, options));
    if (reply) this.sides(content, reply.runs[0], `${knob}: ${position}`, {knob, position}, at);
  }

  // offerBrokers offers to show what RabbitMQ did that differs.
  offerBrokers() {
    const content = part('others').querySelector('.content');
    if (content.children.length > 0) return;
    for (const {run, broker} of this.data.others.filter((other) => other.run)) {
      content.append(button('Show ' + broker + ' beside it', () => this.sides(content, run, broker, {broker})), ' ');
    }
  }

  // sides shows a run beside the one as it is written, at an event or where they part.
  sides(content, run, label, where, at) {
    const beside = new Beside({run: this.run, name: 'As it is written'}, {run, name: label}, (n) => {
      this.current = beside.player;
      place.set({...where, event: n});
    });
    content.querySelector('.compared')?.remove();
    content.append(beside.element);
    beside.begin(at);
  }

  // follow goes where a link leads: to an event, of the act as it is written, or beside a knob's position or a broker.
  follow() {
    const {knob, position, event, broker} = place.get();
    if (event === undefined || !this.data.run) return;
    const at = Number(event) || 0;
    const other = this.data.others.find((each) => each.run && each.broker === broker);
    this.show(this.data.run, knob || other ? 0 : at);
    if (knob && this.player.plays && this.knobs?.choose(knob, position, this.data.knobs)) this.turn(knob, position, at);
    if (other) this.sides(part('others').querySelector('.content'), other.run, broker, {broker}, at);
  }
}

const data = JSON.parse(document.getElementById('data').textContent);
const lesson = new Lesson(data);
onkeys(() => lesson.current);
watch(data);
lesson.follow();
