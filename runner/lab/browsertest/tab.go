//go:build (linux || darwin) && !race

package browsertest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Tab is a tab of the browser. Its methods end the test if the page does not do what they wait for.
type Tab struct {
	t        testing.TB
	ctx      context.Context
	problems *problems
}

// Tab opens a tab for a test, as somebody would who has never been here: it has a storage of its own. The tab is closed
// when the test ends, which fails if anything has gone wrong in it.
func (b *Browser) Tab(t testing.TB) *Tab {
	t.Helper()
	b.running(t)
	return open(t, b.ctx, chromedp.WithNewBrowserContext())
}

// Another opens a tab beside this one, with the same storage.
func (tab *Tab) Another() *Tab {
	tab.t.Helper()
	return open(tab.t, tab.ctx, chromedp.WithExistingBrowserContext(chromedp.FromContext(tab.ctx).BrowserContextID))
}

func open(t testing.TB, parent context.Context, options ...chromedp.ContextOption) *Tab {
	t.Helper()
	p := newProblems()
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(p.hear))...)
	tab := &Tab{t: t, ctx: ctx, problems: p}
	t.Cleanup(func() {
		t.Helper()
		tab.close()
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("opening a tab: %v", err)
	}
	tab.do("having it behave as if it were in front", command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	tab.Size(1440)
	return tab
}

// In is the tab for a subtest, which fails for what goes wrong in it meanwhile.
func (tab *Tab) In(t testing.TB) *Tab {
	t.Helper()
	its := &Tab{t: t, ctx: tab.ctx, problems: tab.problems}
	t.Cleanup(its.close)
	return its
}

// close fails the test for what has gone wrong.
func (tab *Tab) close() {
	tab.t.Helper()
	for _, problem := range tab.Problems() {
		tab.t.Errorf("in the browser: %s", problem)
	}
	if tab.t.Failed() {
		tab.Screenshot("failed")
	}
}

// Open goes to an address, and waits until the page is loaded.
func (tab *Tab) Open(url string) {
	tab.t.Helper()
	tab.do("opening "+url, chromedp.Navigate(url))
}

// Click clicks the middle of an element with the mouse, when it is visible.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.do("clicking "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Fill has a field contain a text, as if it had been pasted over what was there.
func (tab *Tab) Fill(selector, text string) {
	tab.t.Helper()
	tab.do("going to "+selector, chromedp.Focus(chromedp.CSS(selector)))
	tab.Press("Control+a")
	tab.paste(text)
}

// Value is what an expression is worth in the page.
func Value[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("evaluating %s: %v", expression, err)
	}
	return value
}

// Text is what the first element of a selector shows.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	return Value[string](tab, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ''`, selector))
}

// until waits for an expression by looking at it again and again. It is a text of its own for each expression: a policy
// forbids the page to make functions of texts.
const until = `new Promise((done) => {
	const look = () => { (EXPRESSION) ? done(true) : setTimeout(look, 10) };
	look();
})`

// Until waits until an expression is true in the page, also if it goes to another one meanwhile.
func (tab *Tab) Until(expression string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	wait := chromedp.Evaluate[bool](strings.Replace(until, "EXPRESSION", expression, 1), chromedp.EvalAwaitPromise)
	for {
		_, err := chromedp.Run(ctx, wait)
		if err == nil {
			return
		}
		if !left(err) {
			tab.t.Fatalf("waiting until %s: %v\nthe page shows:\n%s", expression, err, tab.shows())
		}
	}
}

// left reports whether what was waited for came to nothing because its page was left.
func left(err error) bool {
	for _, text := range []string{"Inspected target navigated or closed", "Execution context was destroyed", "Cannot find context", "Promise was collected"} {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

// shows is the beginning of what the page shows, for messages.
func (tab *Tab) shows() string {
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + '\n' + document.body.innerText.slice(0, 1500)`))
	if err != nil {
		return err.Error()
	}
	return text
}

// do has the browser do something.
func (tab *Tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		tab.t.Fatalf("%s: %v", what, err)
	}
}
