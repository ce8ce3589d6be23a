// The page of a file with mistakes: it is loaded again when the file is saved.
import {watch} from './watch.js';

watch(JSON.parse(document.getElementById('data').textContent));
