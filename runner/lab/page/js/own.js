// The page for scenarios of one's own: they are written, checked, and played.
import {RunView} from './runview.js';
import {Work} from './work.js';
import {backend} from './backend.js';
import {button, counted, element} from './dom.js';
import {onkeys} from './player.js';

const data = JSON.parse(document.getElementById('data').textContent);
const player = backend(data.backend, new URL(data.root || '.', location.href));
const form = document.querySelector('.editor');
const text = form.querySelector('textarea');
const numbers = form.querySelector('.lines pre');
const mistakes = document.querySelector('.mistakes');
const runs = document.querySelector('.runs');
const says = document.querySelector('.says');
const key = 'tutor-own';
const example = text.value;
const work = new Work();
let current = null;

// number writes the numbers of the lines beside them, and marks those with mistakes.
let wrong = new Set();
const number = () => {
  numbers.replaceChildren(...text.value.split('\n').flatMap((_, i) => {
    const line = element('span', wrong.has(i + 1) ? 'fail' : '', String(i + 1));
    return [line, '\n'];
  }));
  numbers.scrollTop = text.scrollTop;
};

// find selects the place of a mistake.
const find = (m) => {
  const before = text.value.split('\n').slice(0, m.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const line = text.value.split('\n')[m.line - 1] || '';
  text.focus();
  text.setSelectionRange(before + Math.min(m.column - 1, line.length), before + line.length);
};

const showMistakes = (all) => {
  wrong = new Set(all.map((m) => m.line));
  number();
  text.setAttribute('aria-invalid', String(all.length > 0));
  mistakes.replaceChildren(...all.map((m) => {
    const item = element('li', 'fail');
    item.append(button(`Line ${m.line}, column ${m.column}`, () => find(m)), ' ' + m.text);
    return item;
  }));
};

const play = async () => {
  runs.replaceChildren();
  const reply = await work.ask(says, (options) => player.play({scenario: text.value}, options));
  if (!reply) return;
  showMistakes(reply.mistakes);
  if (reply.mistakes.length) work.said(counted(reply.mistakes.length, 'mistake') + '.');
  reply.runs.forEach((run) => {
    const part = element('section');
    const view = new RunView({run, name: run.name, onshow: () => { current = view.player; }});
    part.append(element('h2', '', run.name), view.element);
    part.addEventListener('focusin', () => { current = view.player; });
    runs.append(part);
  });
};

text.addEventListener('input', () => {
  number();
  try {
    localStorage.setItem(key, text.value);
  } catch { /* private windows may have no storage */ }
});
text.addEventListener('scroll', () => { numbers.scrollTop = text.scrollTop; });
form.addEventListener('submit', (event) => {
  event.preventDefault();
  play();
});
form.querySelector('.again').addEventListener('click', () => {
  text.value = example;
  text.dispatchEvent(new Event('input'));
});
if (player.plays) {
  try {
    text.value = localStorage.getItem(key) || example;
  } catch { /* as above */ }
  form.hidden = false;
  number();
}
onkeys(() => current);
