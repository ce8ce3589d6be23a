//go:build (linux || darwin) && !race

package browsertest_test

import (
	"fmt"
	"slices"
	"testing"

	"tutor/runner/lab/browsertest"
	"tutor/runner/scenario"
	"tutor/scenarios"
)

// playAsPage plays a lesson with who plays on its page, and says what came of it.
const playAsPage = `(async (path) => {
  const text = await (await fetch('lesson/' + path + '.html')).text();
  const {backend, lesson} = JSON.parse(new DOMParser().parseFromString(text, 'text/html').getElementById('data').textContent);
  if (!backend) return 'nobody plays';
  window.player ||= (await import(new URL('js/backend.js', location.href))).backend(backend, new URL('.', location.href));
  const reply = await player.play({lesson});
  return reply.error || reply.runs[0].error || reply.runs[0].verdict;
})(%q)`

// In a browser every act of the course comes out as it must, but for those in which somebody connects over TLS: nobody plays
// these.
func TestPlayerPlaysTheCourse(t *testing.T) {
	l := written(t, scenarios.Names()...)
	tab := browsertest.Shared.Tab(t)
	tab.Open(l.url + "/index.html")
	for _, lesson := range l.lessons {
		want := "pass"
		if slices.ContainsFunc(lesson.Act.Cast, func(a *scenario.Actor) bool { return a.Common().Connect.TLS != nil }) {
			want = "nobody plays"
		}
		if got := browsertest.Value[string](tab, fmt.Sprintf(playAsPage, lesson.Path)); got != want {
			t.Errorf("%s: %s, want %s", lesson.Path, got, want)
		}
	}
}

// A player that cannot be loaded is an error that the page is told, and so is one that is stopped; the next one plays.
func TestPlayerFails(t *testing.T) {
	l := written(t, "hello")
	tab := browsertest.Shared.Tab(t)
	tab.Open(l.url + "/index.html")
	got := browsertest.Value[[]string](tab, fmt.Sprintf(`(async () => {
  const {backend} = await import(new URL('js/backend.js', location.href));
  const said = (play) => play.then((reply) => reply.error || reply.runs[0].verdict, (error) => error.name);
  const player = backend('wasm', new URL('.', location.href));
  const request = {lesson: %q};
  const stop = new AbortController();
  const stopped = said(player.play(request, {signal: stop.signal, progress: () => stop.abort()}));
  return [await stopped, await said(player.play(request, {signal: stop.signal})), await said(player.play(request)), await said(player.play({lesson: 'no'}))];
})()`, l.lessons[0].Path))
	if want := []string{"AbortError", "AbortError", "pass", "there is no chapter no"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	missing := browsertest.Value[string](tab, `import(new URL('js/backend.js', location.href)).then(({backend}) =>
  backend('wasm', new URL('nowhere/', location.href)).play({})).catch((error) => error.message)`)
	if missing != "The worker that plays has failed: it cannot be loaded" {
		t.Errorf("without its script: %s", missing)
	}
}
