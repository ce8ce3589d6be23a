// The page of a lesson: predict, play, compare, turn a knob, look at other brokers.
import {onkeys} from './player.js';
import {Beside} from './beside.js';
import {Questions} from './questions.js';
import {RunView} from './runview.js';
import {Work} from './work.js';
import {button, element} from './dom.js';
import {backend} from './backend.js';
import {learned} from './progress.js';
import {place} from './place.js';
import {watch} from './watch.js';

const data = JSON.parse(document.getElementById('data').textContent);
const player = backend(data.backend, new URL(data.root, location.href));
const part = (id) => document.getElementById(id);
const name = document.querySelector('h1').textContent;
const shown = {run: null, view: null, current: null};
const recorded = part('play').querySelector('.run');

// open shows what of the page is hidden until it is needed.
const open = (id) => { part(id).hidden = false; };

// Predict: the act is played when each question has a guess.
const questions = data.run ? new Questions(part('predict').querySelector('form'), data.run, () => ready()) : null;
const play = button('▶ Play', () => { if (play.getAttribute('aria-disabled') !== 'true') start(); });
play.className = 'main';
const hint = element('span', 'quiet');
const work = new Work();

const ready = () => {
  const answered = !questions || questions.answered;
  play.setAttribute('aria-disabled', String(!answered));
  hint.textContent = answered ? '' : 'First say what you think.';
};

// start plays the act: by whoever does that for the page, or from what was recorded.
const start = async () => {
  if (!player.plays) return showRun(data.run);
  const reply = await work.ask(play, (options) => player.play({lesson: data.lesson}, options));
  if (reply) showRun(reply.runs[0]);
};

// showRun shows a run of the act as it is written.
const showRun = (run, at = 0) => {
  open('play');
  const figure = run === data.run && recorded ? recorded.querySelector('figure') : undefined;
  shown.run = run;
  shown.view = new RunView({run, name, figure, onshow: (n, stepping) => moved(n, stepping)});
  part('play').querySelector('.run, .content')?.remove();
  part('play').querySelector('.on')?.remove();
  part('play').append(shown.view.element);
  shown.current = shown.view.player;
  if (!shown.current) return compare();
  part('play').append(reveal);
  shown.current.show(at, true);
  part('play').scrollIntoView({block: 'start'});
  shown.view.element.querySelector('.player button[data-move=next]').focus({preventScroll: true});
  turnKnobs();
  compareBrokers();
};

// At the end of the act the guesses are compared with the books.
const reveal = button('What came of it', () => shown.view.player.move('last'));
reveal.className = 'reveal';
const moved = (n, stepping) => {
  if (!stepping) return;
  shown.current = shown.view.player;
  place.set({event: n});
  if (n === shown.view.player.events.length) compare();
};

const compare = () => {
  reveal.remove();
  if (!questions || !part('compare').hidden) return;
  const {list, right, of} = questions.answers(shown.run, (n) => {
    shown.view.player.show(n, true);
    shown.view.element.scrollIntoView({block: 'start'});
  });
  if (of) {
    open('compare');
    part('compare').querySelector('.answers').replaceChildren(element('p', 'score', `${right} of ${of} right.`), list);
  }
  learned(data.lesson, right, of);
};

// sides are two runs beside each other, below what was turned or chosen, at an event or where they part.
const sides = (content, run, label, where, at) => {
  const beside = new Beside({run: shown.run, name: 'As it is written'}, {run, name: label}, (n, stepping) => {
    if (!stepping) return;
    shown.current = beside.player;
    place.set({...where, event: n});
  });
  content.querySelector('.compared')?.remove();
  content.append(beside.element);
  beside.begin(at);
};

// turn plays the act with a knob in a position, and shows what becomes different.
const turn = async (knob, position, at) => {
  const content = part('knobs').querySelector('.content');
  content.querySelector('.compared')?.remove();
  const reply = await work.ask(content, (options) => player.play({lesson: data.lesson, knob, position}, options));
  if (!reply) return;
  sides(content, reply.runs[0], `${knob}: ${position}`, {knob, position}, at);
};

// asWritten is the position of a knob whose key the act does not have.
const asWritten = 'as it is written';

let turned = false;
const turnKnobs = () => {
  if (turned || data.knobs.length === 0) return;
  turned = true;
  open('knobs');
  const content = part('knobs').querySelector('.content');
  if (!player.plays) return content.append(element('p', 'quiet', 'Turning a knob needs somebody who plays: tutor serve does.'));
  content.append(...data.knobs.map((knob, i) => {
    if (!knob.positions.some((position) => position.written)) knob.positions.unshift({text: asWritten, written: true});
    const field = element('fieldset', 'question knob');
    const choices = element('div', 'choices');
    choices.append(...knob.positions.map((position) => {
      const label = element('label', 'choice');
      const input = element('input');
      Object.assign(input, {type: 'radio', name: 'knob-' + i, value: position.text, checked: position.written});
      input.addEventListener('change', () => {
        if (position.written) {
          content.querySelector('.compared')?.remove();
          shown.current = shown.view.player;
          place.set({event: shown.view.player.at});
        } else {
          turn(knob.name, position.text);
        }
        // One knob is turned at a time: the others are as they are written.
        for (const other of content.querySelectorAll('.knob')) {
          if (other !== field) other.querySelector('[data-written]')?.click && (other.querySelector('[data-written]').checked = true);
        }
      });
      if (position.written) input.dataset.written = '';
      label.append(input, element('span', '', position.text), ...(position.written && position.text !== asWritten ? [element('span', 'quiet', ' (as written)')] : []));
      return label;
    }));
    field.append(element('legend', '', `${knob.name} (${knob.of})`), choices);
    return field;
  }));
};

// compareBrokers offers to show what RabbitMQ did that differs.
const compareBrokers = () => {
  const content = part('others').querySelector('.content');
  if (content.children.length) return;
  for (const other of data.others.filter((each) => each.run)) {
    content.append(button('Show ' + other.broker + ' beside it', () => sides(content, other.run, other.broker, {broker: other.broker})));
  }
};

// A link may name a knob's position, a broker, and an event.
const follow = () => {
  const {knob, position, event, broker} = place.get();
  if (!event || !data.run) return;
  const at = Number(event);
  showRun(data.run, knob || broker ? 0 : at);
  if (knob && player.plays) turn(knob, position, at);
  const other = data.others.find((each) => each.run && each.broker === broker);
  if (other) sides(part('others').querySelector('.content'), other.run, other.broker, {broker}, at);
};

if (data.run || player.plays) {
  if (questions && questions.all.length === 0) part('predict').querySelector('h2').textContent = 'No message is sent here: there is nothing to predict.';
  open('predict');
  const controls = element('p', 'controls');
  controls.append(play, hint);
  part('predict').append(controls, work.element);
  ready();
}
onkeys(() => shown.current);
watch(data);
follow();
