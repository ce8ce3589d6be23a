//go:build (linux || darwin) && !race

package browsertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// problems are what has gone wrong in a tab and its workers.
type problems struct {
	// more says that there are more of them.
	more chan struct{}

	mu      sync.Mutex
	all     []string
	allowed []string
	urls    map[network.RequestID]string
}

func newProblems() *problems {
	return &problems{more: make(chan struct{}, 1), urls: map[network.RequestID]string{}}
}

// hear takes in an event of the browser.
func (p *problems) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		p.console(e)
	case *runtime.EventExceptionThrown:
		p.exception(e.ExceptionDetails)
	case *log.EventEntryAdded:
		p.entry(e.Entry)
	case *network.EventRequestWillBeSent:
		p.requested(e)
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			p.add("request of %s: %d %s", e.Response.URL, e.Response.Status, e.Response.StatusText)
		}
	case *network.EventLoadingFailed:
		p.unloaded(e)
	}
}

func (p *problems) add(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	problem := fmt.Sprintf(format, args...)
	if slices.ContainsFunc(p.allowed, func(text string) bool { return strings.Contains(problem, text) }) {
		return
	}
	p.all = append(p.all, problem)
	select {
	case p.more <- struct{}{}:
	default:
	}
}

func (p *problems) console(e *runtime.EventConsoleAPICalled) {
	if !slices.Contains([]runtime.ConsoleAPICalledType{runtime.ConsoleAPICalledTypeError, runtime.ConsoleAPICalledTypeWarning, runtime.ConsoleAPICalledTypeAssert}, e.Type) {
		return
	}
	var words []string
	for _, a := range e.Args {
		words = append(words, strings.Trim(string(a.Value), `"`)+a.Description)
	}
	p.add("console.%s: %s", e.Type, strings.Join(words, " "))
}

func (p *problems) exception(d *runtime.ExceptionDetails) {
	text := d.Text
	if d.Exception != nil {
		text += " " + d.Exception.Description
	}
	p.add("exception: %s (%s:%d)", text, d.URL, d.LineNumber+1)
}

// entry is of the browser's own log, where violations of the policy are, and what goes wrong in workers. Requests that
// fail are known otherwise.
func (p *problems) entry(e *log.Entry) {
	if e.Source == log.EntrySourceNetwork || e.Level != log.EntryLevelError && e.Level != log.EntryLevelWarning {
		return
	}
	p.add("%s: %s (%s:%d)", e.Source, e.Text, e.URL, e.LineNumber+1)
}

func (p *problems) requested(e *network.EventRequestWillBeSent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.urls[e.RequestID] = e.Request.URL
}

// unloaded is a request that failed; what the page itself has broken off has not.
func (p *problems) unloaded(e *network.EventLoadingFailed) {
	p.mu.Lock()
	url := p.urls[e.RequestID]
	p.mu.Unlock()
	if !e.Canceled {
		p.add("request of %s: %s %s", url, e.ErrorText, e.BlockedReason)
	}
}

// take gives what has gone wrong since it was last asked.
func (p *problems) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.all
	p.all = nil
	return all
}

// Problems are what has gone wrong in the tab since they were asked for last, or the tab was opened.
func (tab *Tab) Problems() []string {
	tab.t.Helper()
	// What happened before the answer is heard before it.
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[int]("0"))
	all := tab.problems.take()
	if err != nil {
		all = append(all, err.Error())
	}
	return all
}

// Expect waits until something has gone wrong that the test wants to, and whose description has a text. The test does
// not fail for it.
func (tab *Tab) Expect(text string) {
	tab.t.Helper()
	limit := time.After(patience)
	for !tab.problems.forget(text) {
		select {
		case <-tab.problems.more:
		case <-limit:
			tab.t.Fatalf("nothing has gone wrong that has the text %q", text)
		}
	}
}

// Allow has the test not fail for what has gone wrong or will, if its description has a text.
func (tab *Tab) Allow(text string) {
	tab.problems.allow(text)
	tab.problems.forget(text)
}

func (p *problems) allow(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allowed = append(p.allowed, text)
}

// forget takes away what has gone wrong and has a text, and reports whether anything had.
func (p *problems) forget(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := len(p.all)
	p.all = slices.DeleteFunc(p.all, func(problem string) bool { return strings.Contains(problem, text) })
	return len(p.all) < before
}
