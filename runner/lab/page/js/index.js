// The page of the course: which lessons have been learned.
import {progress} from './progress.js';

const all = progress();
const items = [...document.querySelectorAll('[data-lesson]')];
let done = 0;
for (const item of items) {
  const state = all[item.dataset.lesson];
  if (!state) continue;
  done++;
  item.classList.add('learned');
  item.querySelector('.state').textContent = state.of ? `✓ ${state.right} of ${state.of} right` : '✓ seen';
}
if (done) document.querySelector('.progress').textContent = `You have seen ${done} of ${items.length} lessons.`;
