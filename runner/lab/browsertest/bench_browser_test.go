//go:build (linux || darwin) && !race

package browsertest_test

import (
	"testing"
	"time"

	"tutor/runner/lab/browsertest"
)

// BenchmarkPages is how much the pages weigh, and how long it takes until there is something to see on them: on the page
// of a lesson, its run. It is told as a multiple of what a page takes on which there is a word. Of several times the
// shortest counts, which the rest of the machine disturbs least.
func BenchmarkPages(b *testing.B) {
	l := served(b, "workqueue")
	word := soonest(browsertest.Shared.Tab(b), l.url+"/word.html", "p")
	for name, each := range map[string]struct{ path, selector string }{
		"index":  {"/index.html", "[data-lesson] a"},
		"lesson": {"/lesson/" + lazy + ".html#event=1", "#play figure svg"},
		"own":    {"/own.html", "textarea"},
	} {
		b.Run(name, func(b *testing.B) {
			tab := browsertest.Shared.Tab(b)
			for b.Loop() {
				took := soonest(tab, l.url+each.path, each.selector)
				b.ReportMetric(float64(took)/float64(word), "x-a-word")
				b.ReportMetric(float64(tab.Weight())/1024, "KB")
			}
		})
	}
}

func soonest(tab *browsertest.Tab, url, selector string) time.Duration {
	best := time.Hour
	for range 10 {
		tab.Open("about:blank")
		best = min(best, tab.Appears(url, selector))
	}
	return best
}
