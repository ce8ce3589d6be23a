// What a reader has learned so far. It stays in the browser.
const key = 'tutor';

const load = () => {
  try {
    return JSON.parse(localStorage.getItem(key)) || {};
  } catch {
    return {};
  }
};

// progress has, by the paths of lessons, how many guesses were right, of how many.
export const progress = () => load().lessons || {};

// learned keeps what came of a lesson. Where nothing can be kept, the pages work without.
export const learned = (lesson, right, of) => {
  const all = load();
  all.lessons = {...all.lessons, [lesson]: {right, of}};
  try {
    localStorage.setItem(key, JSON.stringify(all));
  } catch { /* private windows may have no storage */ }
};
