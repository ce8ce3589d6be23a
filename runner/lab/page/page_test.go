package page_test

import (
	"encoding/json"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tutor/runner"
	"tutor/runner/escape"
	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/lab/page"
	"tutor/runner/scenario"
	"tutor/runner/target/embedded"
	"tutor/scenarios"
)

// siteOf is a site with one chapter, whose scenario is a text.
func siteOf(t *testing.T, text string) (*page.Site, *course.Chapter) {
	t.Helper()
	s, err := scenario.Decode("mine.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	c := course.Of("mine", s)
	return &page.Site{Chapters: []*course.Chapter{c}, Backend: page.Server, PlaysOn: "the embedded broker"}, c
}

// recorded plays a lesson on the embedded broker.
func recorded(t *testing.T, l *course.Lesson) page.Recorded {
	t.Helper()
	target := embedded.New()
	defer target.Close()
	report := runner.Runner{Acts: func(a *scenario.Act) bool { return a == l.Act }}.Run(t.Context(), l.Scenario, target)
	run := lab.RunOf(report, report.Acts[0])
	return page.Recorded{Run: &run}
}

// lessonPage is the page of the first lesson of a chapter, with its run.
func lessonPage(t *testing.T, s *page.Site, c *course.Chapter) string {
	t.Helper()
	text, err := s.Lesson(c, c.Lessons[0], recorded(t, c.Lessons[0]))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// outside is a lesson in which everything that its writer may choose tries to be more than text.
const outside = `
title: "</title><script>alert(1)</script>\u202e"
about: "<img src=x onerror=alert(2)>"
acts:
  - name: "\"><script>alert(3)</script> --> \u2028"
    about: "</script><svg onload=alert(4)>"
    cast:
      - consumer: "</pre><b>\u202e"
        queue: {name: "q<i>", declare: true}
        ack: auto
      - publisher: "'p\""
        routing_key: "q<i>"
        message: "</script><!--<script>"
    knobs:
      "<b>knob": {actor: "</pre><b>\u202e", key: ack, values: [manual, auto]}
    expect: {fates: {handled: ["</script><!--<script>"]}}
`

func TestTextsFromOutside(t *testing.T) {
	s, c := siteOf(t, outside)
	index, err := s.Index()
	if err != nil {
		t.Fatal(err)
	}
	mistaken, err := s.Mistaken("mine", "<b>mine", "a: <script>\u202e\n", []lab.Mistake{{Line: 1, Column: 1, Text: "<script>\u202e"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"lesson": lessonPage(t, s, c), "index": string(index), "mistaken": string(mistaken)} {
		if n := strings.Count(text, "<script"); n != 2 {
			t.Errorf("%s: %d scripts, want the module and the data", name, n)
		}
		if found := regexp.MustCompile(`<img|<b>|<i>|onload=alert\(4\)>|<!--|[\x{202e}\x{2028}]`).FindString(text); found != "" {
			t.Errorf("%s: %q is in it", name, found)
		}
	}
}

// What a page loads and runs is its own: nothing is inside that its policy forbids.
func TestPolicy(t *testing.T) {
	s, c := siteOf(t, outside)
	s.PolicyInside = true
	text := lessonPage(t, s, c)
	if !strings.Contains(html.UnescapeString(text), `http-equiv="Content-Security-Policy" content="`+page.Server.Policy()+`"`) {
		t.Error("the page has not its policy")
	}
	if inline := regexp.MustCompile(`<style|\sstyle=|\son[a-z]+="|<script>|src="(https?:)?//|href="(https?:)?//`).FindString(text); inline != "" {
		t.Errorf("the policy forbids %s", inline)
	}
	if strings.Contains(page.Server.Policy(), "unsafe") || !strings.Contains(page.Wasm.Policy(), "'wasm-unsafe-eval'") {
		t.Error("only WebAssembly may be compiled, and only where there is some")
	}
}

// Without a script the page has the run: the picture, what was printed, and what became of the messages.
func TestCompleteWithoutScript(t *testing.T) {
	c, err := course.Read(scenarios.FS(), "workqueue")
	if err != nil {
		t.Fatal(err)
	}
	s := &page.Site{Chapters: []*course.Chapter{c}}
	l := c.Lessons[2]
	text, err := s.Lesson(c, l, recorded(t, l))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"pass on embedded", `<svg xmlns="http://www.w3.org/2000/svg" class="tutor"`, "Received: 1:Hello!", "had it in its buffer, unseen",
		"noscript.css", "<mark>    ack: auto</mark>", `<a href="../../lesson/workqueue/a-lazy-worker.html">a lazy worker</a>`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// The data of a page are what its module steps through.
func TestData(t *testing.T) {
	s, c := siteOf(t, outside)
	c.Own = true
	_, rest, _ := strings.Cut(lessonPage(t, s, c), `<script type="application/json" id="data">`)
	text, _, _ := strings.Cut(rest, "</script>")
	var data struct {
		Lesson, Backend, Root, Watched string
		Run                            lab.Run
		Knobs                          []struct {
			Name, Of  string
			Positions []struct {
				Text    string
				Written bool
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &data); err != nil {
		t.Fatal(err)
	}
	if data.Lesson != c.Lessons[0].Path || data.Backend != "server" || data.Root != "../../" || data.Watched != "mine" {
		t.Errorf("%+v", data)
	}
	if n := len(data.Run.Events); n == 0 || n != len(data.Run.Sentences) || data.Run.Picture != "" {
		t.Errorf("%d events, %d sentences, a picture of %d bytes", n, len(data.Run.Sentences), len(data.Run.Picture))
	}
	k := data.Knobs[0]
	if k.Name != "<b>knob" || len(k.Positions) != 2 || k.Positions[0].Written || !k.Positions[1].Written {
		t.Errorf("%+v", k)
	}
}

// Sentences that the picture has are not in the page twice; together they tell of each event.
func TestSentences(t *testing.T) {
	s, c := siteOf(t, outside)
	text := lessonPage(t, s, c)
	_, rest, _ := strings.Cut(text, `id="data">`)
	rest, _, _ = strings.Cut(rest, "</script>")
	var data struct{ Run lab.Run }
	if err := json.Unmarshal([]byte(rest), &data); err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile(`data-first="(\d+)" data-last="\d+"><title>([^<]*)</title>`).FindAllStringSubmatch(text, -1) {
		first, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		for i, sentence := range strings.Split(row[2], "\n") {
			if was := data.Run.Sentences[first-1+i]; was != "" {
				t.Errorf("event %d is told of twice: %s", first+i, was)
			}
			data.Run.Sentences[first-1+i] = html.UnescapeString(sentence)
		}
	}
	want := recorded(t, c.Lessons[0]).Run.Sentences
	for i, sentence := range want {
		if got := data.Run.Sentences[i]; got != escape.Text(sentence) {
			t.Errorf("event %d: %q, want %q", i+1, got, sentence)
		}
	}
}

// The example on the page for one's own scenarios is one that passes.
func TestExample(t *testing.T) {
	s := &page.Site{Backend: page.Server, PlaysOn: "the embedded broker"}
	text, err := s.Own()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), `rows="24">`)
	example, _, _ := strings.Cut(rest, "</textarea>")
	target := embedded.New()
	defer target.Close()
	reply := (&lab.Lab{Target: target}).Play(t.Context(), lab.Request{Scenario: html.UnescapeString(example)})
	if reply.Error != "" || len(reply.Mistakes) > 0 || len(reply.Runs) != 1 || reply.Runs[0].Verdict != "pass" {
		t.Errorf("%+v", reply)
	}
}

// Each module that a page or module asks for is there.
func TestAssets(t *testing.T) {
	assets, err := page.Assets()
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range assets {
		for _, found := range regexp.MustCompile(`(?m)^import .* from '\./(.*)';$`).FindAllSubmatch(text, -1) {
			if assets["js/"+string(found[1])] == nil {
				t.Errorf("%s imports %s, which is not there", path, found[1])
			}
		}
	}
	for _, script := range []string{"lesson", "index", "own", "mistaken"} {
		if assets["js/"+script+".js"] == nil {
			t.Errorf("there is no module %s", script)
		}
	}
}
