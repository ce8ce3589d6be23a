//go:build (linux || darwin) && !race

package browsertest

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keys are those whose name is not what they write.
var keys = map[string]string{
	"ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight, "ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown,
	"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "Space": " ", "Backspace": kb.Backspace, "Delete": kb.Delete,
}

var modifiers = map[string]chromedp.Modifier{
	"Shift": chromedp.ModifierShift, "Control": chromedp.ModifierCtrl, "Alt": chromedp.ModifierAlt, "Meta": chromedp.ModifierMeta,
}

// Press presses keys one after another, by their names in events, such as "ArrowRight", "Shift+Tab" or "a". The page
// has dealt with each before the next.
func (tab *Tab) Press(names ...string) {
	tab.t.Helper()
	for _, name := range names {
		parts := strings.Split(name, "+")
		key := parts[len(parts)-1]
		if known, ok := keys[key]; ok {
			key = known
		} else if len(key) != 1 {
			tab.t.Fatalf("there is no key %q", name)
		}
		var held []chromedp.Modifier
		for _, m := range parts[:len(parts)-1] {
			held = append(held, modifiers[m])
		}
		tab.do("pressing "+name, chromedp.KeyEvent(key, chromedp.KeyModifiers(held...)))
	}
}

// Hold presses a key as many times.
func (tab *Tab) Hold(name string, times int) {
	tab.t.Helper()
	for range times {
		tab.Press(name)
	}
}

// stops is how often the tabulator may be pressed to come to anything.
const stops = 200

// Reach presses the tabulator until an element has the focus.
func (tab *Tab) Reach(selector string) {
	tab.t.Helper()
	for range stops {
		tab.Press("Tab")
		if Value[bool](tab, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			return
		}
	}
	tab.t.Fatalf("%s cannot be reached with the tabulator", selector)
}

func (tab *Tab) paste(text string) {
	tab.t.Helper()
	tab.do("pasting a text", command(input.InsertText, input.InsertTextParams{Text: text}))
}
