package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"testing"

	"tutor/runner/outcome"
	"tutor/runner/report"
	"tutor/runner/report/document"
)

func pageOf(t *testing.T, reports []*outcome.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := report.HTML(&out, reports); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// inside are the contents of all elements that begin as given.
func inside(page, begin, end string) (all []string) {
	for _, part := range strings.Split(page, begin)[1:] {
		text, _, _ := strings.Cut(part, end)
		all = append(all, text)
	}
	return all
}

// The page runs and applies what is in it, and nothing else: the policy has the hash of the one script and of the
// one style sheet, and nothing is loaded.
func TestHTMLIsSelfContained(t *testing.T) {
	page := pageOf(t, mixed(t))
	policy := html.UnescapeString(inside(page, `Content-Security-Policy" content="`, `"`)[0])
	scripts, styles := inside(page, "<script>", "</script>"), inside(page, "<style>", "</style>")
	if len(scripts) != 1 || len(styles) != 1 {
		t.Fatalf("%d scripts, %d styles", len(scripts), len(styles))
	}
	for _, text := range append(scripts, styles...) {
		sum := sha256.Sum256([]byte(text))
		if hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, hash) {
			t.Errorf("the policy lacks %s: %s", hash, policy)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %s", policy)
	}
	if loads := regexp.MustCompile(`(?i)\s(src|style|on[a-z]+)=|href="[^#]|@import|url\(|<(link|img|iframe|object|base)\b`).FindString(page); loads != "" {
		t.Errorf("the page has %q", loads)
	}
}

// What comes from outside is text: it ends no element and begins none.
func TestHTMLOfHarmfulTexts(t *testing.T) {
	s := testScenario(t)
	harm := `</script><!--<script>alert(1)</script><img src=x onerror=alert(2)>"'&\u202e` + "\x00\x1b[2J\u202e\u2028"
	s.Title = harm
	a := lazyNamed(s, harm)
	a.Verdict, a.Err = outcome.Error, errString(harm)
	b := japanese(s, harm)
	page := pageOf(t, []*outcome.Report{{Scenario: s, Target: harm, Acts: []*outcome.Act{a, b}}})
	if n := strings.Count(page, "<script"); n != 3 || strings.Count(page, "</script") != 3 || strings.Contains(page, "<img") || strings.Contains(page, "<!--") {
		t.Errorf("%d scripts", n)
	}
	for _, r := range page {
		if r != '\n' && (r < ' ' || r == 0x1b || r == '\u202e' || r == '\u2028') {
			t.Errorf("the page has %U", r)
		}
	}
	var d document.Document
	if err := json.Unmarshal([]byte(inside(page, `<script type="application/json" id="document">`, "</script>")[0]), &d); err != nil {
		t.Fatal(err)
	}
	if d.Runs[0].Title != harm {
		t.Errorf("title %q", d.Runs[0].Title)
	}
}

type errString string

func (e errString) Error() string { return string(e) }

// What has not passed comes first, and is unfolded; expectation and observation stand beside each other.
func TestHTMLShowsFailuresFirst(t *testing.T) {
	s := testScenario(t)
	reports := []*outcome.Report{{Scenario: s, Target: "local", Acts: []*outcome.Act{
		lazyNamed(s, "one"), lazyNamed(s, "two"), lazyNamed(s, "three"), failed(s), unplayed(s),
	}}}
	reports[0].Acts[4] = lazyNamed(s, "broken")
	reports[0].Acts[4].Verdict, reports[0].Acts[4].Err, reports[0].Acts[4].Books = outcome.Error, errString("connection refused"), nil
	page := pageOf(t, reports)
	acts := inside(page, `<details class="act`, "</summary>")
	for i, want := range []string{"! error", "✗ fail", "✓ pass", "✓ pass", "✓ pass"} {
		if !strings.Contains(acts[i], want) || strings.Contains(acts[i], " open") != (i < 2) {
			t.Errorf("act %d: %s", i, acts[i])
		}
	}
	for _, want := range []string{
		"connection refused", `<td class="minus">− acked: 1:Hello!</td><td class="plus">+ dropped: 1:Hello!</td>`, "scenario.yaml:29:16", "the act did not come to its end",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// A matrix has an act once where brokers are alike, and again where one differs.
func TestHTMLOfMatrix(t *testing.T) {
	all := matrices(t)
	alike, differing := pageOf(t, all["alike"]), pageOf(t, all["differing"])
	if n := strings.Count(alike, "<figure"); n != 2 {
		t.Errorf("%d pictures of two acts that are alike everywhere", n)
	}
	if n := strings.Count(differing, "<figure"); n <= 3 || !strings.Contains(differing, "Not as on the first broker.") {
		t.Errorf("%d pictures of acts that differ", n)
	}
	if !strings.Contains(alike, "On local, docker:rabbitmq:3.10-management.") {
		t.Error("the page does not say on which brokers an act is alike")
	}
}

// Runs without an act are green nowhere.
func TestHTMLOfNothing(t *testing.T) {
	page := pageOf(t, partial(t)[:1])
	if !strings.Contains(page, "– left out") || strings.Contains(page, "✓") {
		t.Error(page)
	}
	if page := pageOf(t, nil); !strings.Contains(page, "left out") {
		t.Error(page)
	}
}

// Of an act with a million messages a page has the beginning, and says so.
func TestHTMLOfMany(t *testing.T) {
	s := testScenario(t)
	page := pageOf(t, []*outcome.Report{{Scenario: s, Target: "local", Acts: []*outcome.Act{many(s, 5000)}}})
	for _, want := range []string{"Only the first 2,000 of", "more events are not drawn", "more are not shown"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %s", want)
		}
	}
	if len(page) > 2<<20 {
		t.Errorf("%d bytes", len(page))
	}
}
