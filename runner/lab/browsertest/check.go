//go:build (linux || darwin) && !race

package browsertest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
)

// CheckWidths fails the test if the page is wider than the screen at one of the widths at which pages are looked at,
// and takes a screenshot at each.
func (tab *Tab) CheckWidths(name string) {
	tab.t.Helper()
	for _, width := range Widths {
		tab.Size(width)
		if wide := tab.TooWide(); wide != "" {
			tab.t.Errorf("%s, %d pixels wide: %s", name, width, wide)
		}
		tab.Screenshot(fmt.Sprintf("%s-%d", name, width))
	}
}

// tooWide names the elements that make the page wider than it is: those that stick out, and are in nothing that scrolls
// or cuts them off.
const tooWide = `(() => {
	const width = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth <= width) return '';
	const contained = (e) => e && e !== document.documentElement && e !== document.body &&
		(getComputedStyle(e).overflowX !== 'visible' || contained(e.parentElement));
	const out = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > width + 1 && !contained(e.parentElement));
	return document.documentElement.scrollWidth + ' pixels are scrolled for ' + out.slice(0, 5).map((e) => e.outerHTML.slice(0, 120)).join(', ');
})()`

// TooWide says what makes the page wider than the screen, if it is.
func (tab *Tab) TooWide() string {
	tab.t.Helper()
	return Value[string](tab, tooWide)
}

// named are the roles of what people use or are told about, which needs a name.
var named = []string{
	"button", "slider", "radio", "checkbox", "link", "textbox", "combobox", "switch", "tab", "spinbutton", "searchbox",
	"DisclosureTriangle", "figure", "img", "image", "dialog", "region",
}

// CheckNames fails the test if something on the page has no name for those who do not see it.
func (tab *Tab) CheckNames() {
	tab.t.Helper()
	for _, element := range tab.Nameless() {
		tab.t.Errorf("no accessible name: %s", element)
	}
}

// Nameless are the elements that have no accessible name, and need one.
func (tab *Tab) Nameless() (all []string) {
	tab.t.Helper()
	tab.do("reading the accessibility tree", func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
		tree, err := cdp.Call(ctx, target, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			return none, err
		}
		for _, node := range tree.Nodes {
			if node.Ignored || !slices.Contains(named, textOf(node.Role)) || textOf(node.Name) != "" {
				continue
			}
			html, err := cdp.Call(ctx, target, dom.GetOuterHTML, dom.GetOuterHTMLParams{BackendNodeID: node.BackendDOMNodeID})
			if err != nil {
				return none, err
			}
			all = append(all, fmt.Sprintf("%s %.150s", textOf(node.Role), html.OuterHTML))
		}
		return none, nil
	})
	return all
}

// textOf is a text in the accessibility tree.
func textOf(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	return strings.TrimSpace(strings.Trim(string(v.Value), `"`))
}
