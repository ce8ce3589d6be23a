//go:build (linux || darwin) && !race

package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Screenshots is the name of the environment variable for the directory of screenshots.
const Screenshots = "TUTOR_SCREENSHOTS"

// Widths are those at which pages are looked at: a telephone, a tablet, a desk.
var Widths = []int{360, 800, 1440}

// Size gives the page a width, in pixels.
func (tab *Tab) Size(width int) {
	tab.t.Helper()
	tab.do("resizing the page", chromedp.EmulateViewport(int64(width), 900))
}

// Prefer has the page be seen by somebody with preferences, such as "prefers-color-scheme", "dark". None are the
// browser's.
func (tab *Tab) Prefer(features ...string) {
	tab.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{}}
	for i := 0; i+1 < len(features); i += 2 {
		media.Features = append(media.Features, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	tab.do("having preferences", command(emulation.SetEmulatedMedia, media))
}

// Print has the page be as on paper.
func (tab *Tab) Print() {
	tab.t.Helper()
	tab.do("having it on paper", command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
}

// WithoutScript switches scripts off in all pages that are opened from now on.
func (tab *Tab) WithoutScript() {
	tab.t.Helper()
	tab.do("switching scripts off", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
}

// appearing notes when an element is visible for the first time.
const appearing = `{
	const look = () => {
		if (document.querySelector(SELECTOR)?.checkVisibility()) window.appearedAt = performance.now();
		else setTimeout(look);
	};
	look();
}`

// Appears opens an address, and says how long after that an element was visible.
func (tab *Tab) Appears(url, selector string) time.Duration {
	tab.t.Helper()
	var added page.AddScriptToEvaluateOnNewDocumentResult
	tab.do("watching for "+selector, func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
		script := strings.Replace(appearing, "SELECTOR", strconv.Quote(selector), 1)
		added, err = cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return none, err
	})
	tab.Open(url)
	tab.Until(`window.appearedAt`)
	tab.do("watching no more", command(page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams(added)))
	return time.Duration(Value[float64](tab, `appearedAt`) * float64(time.Millisecond))
}

// Weight is how many bytes came for the page, with all that it loaded.
func (tab *Tab) Weight() int {
	tab.t.Helper()
	return Value[int](tab, `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, each) => sum + each.encodedBodySize, 0)`)
}

// Screenshot writes the whole page as TEST-NAME.png into the directory for them, if there is one.
func (tab *Tab) Screenshot(name string) {
	tab.t.Helper()
	dir := os.Getenv(Screenshots)
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	image, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.MkdirAll(dir, 0o777)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(tab.t.Name(), "/", "-")+"-"+name+".png"), image, 0o666)
	}
	if err != nil {
		tab.t.Errorf("taking a screenshot: %v", err)
	}
}

// command is a command of the protocol as something that a tab does.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, c, params)
		return chromedp.Void{}, err
	}
}
