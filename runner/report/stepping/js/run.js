// The page of a run: each act can be stepped through, event for event.
import {Player, onkeys} from './player.js';

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const runs = read('document').runs;
const sentences = read('sentences');

// made has the players of the acts that were unfolded, current is the act that was used last.
const made = new Map();
let current = null;

const use = (section) => {
  current = section;
  if (made.has(section)) return;
  const [run, act] = section.dataset.act.split('.').map(Number);
  made.set(section, new Player({
    run: {events: runs[run].acts[act].events, sentences: sentences[section.dataset.act]},
    place: section.querySelector('.player'), figure: section.querySelector('figure'), name: section.dataset.name,
  }));
};

const sections = [...document.querySelectorAll('[data-act]')];
for (const section of sections) {
  section.addEventListener('focusin', () => { if (section.open) use(section); });
  section.addEventListener('pointerdown', () => { if (section.open) use(section); });
  section.addEventListener('toggle', () => { if (section.open) use(section); });
}
for (const section of sections.filter((each) => each.open).reverse()) use(section);

// A link to an act unfolds it.
const unfold = () => {
  const act = document.getElementById(location.hash.slice(1));
  if (act) act.open = true;
};
addEventListener('hashchange', unfold);
unfold();
onkeys(() => made.get(current));
