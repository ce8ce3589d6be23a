package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/report/document"
	"tutor/runner/report/picture"
	"tutor/runner/report/stepping"
)

//go:embed html/page.html
var pageTemplate string

const (
	// pageEvents and pageLines are how many events and lines of an act a page has. It says so where there were more.
	pageEvents, pageLines = 2000, 500
	// openActs is how many acts there may be for those that passed to be unfolded, too.
	openActs = 3
)

// site is what the page of runs shows.
type site struct {
	Title, Sum, Mark, Class string
	Verdict                 outcome.Verdict
	Policy                  string
	Style                   template.CSS
	Script                  template.JS
	Document, Sentences     template.JS
	Left                    []string
	Targets                 []siteTarget
	Rows                    []siteRow
	Acts                    []siteAct
}

type siteTarget struct{ Name, Broker string }

type siteRow struct {
	Scenario, Act string
	Cells         []siteCell
}

// siteCell is a verdict, which links to the act if the page has it.
type siteCell struct{ Text, Class, Link string }

// HTML writes runs as one page that needs nothing else: verdicts, what failed first, the pictures of the acts,
// and each act step by step. What comes of the same act on several targets is shown once where it is alike.
func HTML(w io.Writer, reports []*outcome.Report) error {
	s, err := newSite(reports)
	if err != nil {
		return err
	}
	page, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	var text bytes.Buffer
	if err := page.Execute(&text, s); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	if _, err := w.Write(text.Bytes()); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	return nil
}

func newSite(reports []*outcome.Report) (*site, error) {
	g := newGrid(reports)
	verdict := outcome.WorstOf(reports)
	style := picture.Style() + stepping.Style
	script, err := stepping.Inline("run.js")
	if err != nil {
		return nil, err
	}
	s := &site{
		Title: siteTitle(reports), Verdict: verdict, Mark: mark(verdict), Class: verdictClass(verdict), Sum: nothingPlayed,
		Style: template.CSS(style), Script: template.JS(script), Policy: policy(script, style),
	}
	for _, l := range g.left {
		s.Left = append(s.Left, mark(outcome.LeftOut)+" "+escape.Text(l))
	}
	if len(g.acts) > 0 {
		s.Sum = escape.Text(g.summary())
	}
	for _, t := range g.targets {
		s.Targets = append(s.Targets, siteTarget{escape.Text(t.name), escape.Text(t.broker)})
	}
	s.addActs(g, reports)
	return s, s.addData(reports)
}

func siteTitle(reports []*outcome.Report) string {
	var titles []string
	for _, r := range reports {
		if title := escape.Text(r.Scenario.Title); !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
	}
	if len(titles) > 2 {
		return fmt.Sprintf("%s and %s", titles[0], Counted(len(titles)-1, "more scenario"))
	}
	return cmp.Or(strings.Join(titles, ", "), "nothing")
}

// policy lets the browser run and apply what is in the page, and load nothing.
func policy(script, style string) string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; base-uri 'none'; form-action 'none'", hash(script), hash(style))
}

func verdictClass(v outcome.Verdict) string {
	if v == outcome.LeftOut {
		return "out"
	}
	return string(v)
}

// addActs adds the verdicts of all acts, and the acts themselves, what has not passed first.
func (s *site) addActs(g *grid, reports []*outcome.Report) {
	keys := keysOf(reports)
	for n, row := range g.acts {
		line := siteRow{Scenario: escape.Text(row.scenario.Title), Act: escape.Text(row.act.Name)}
		line.Cells = make([]siteCell, len(g.targets))
		for i := range g.targets {
			line.Cells[i] = siteCell{Text: row.verdict(i), Class: "out"}
			if a := row.reports[i]; a != nil {
				line.Cells[i].Class = verdictClass(a.Verdict)
			}
		}
		groups := row.groups()
		for _, group := range groups {
			id := fmt.Sprintf("act-%d-%d", n+1, group[0]+1)
			for _, i := range group {
				line.Cells[i].Link = id
			}
			act := newSiteAct(g, row, group)
			act.ID = id
			if len(groups) > 1 {
				act.Name += " (" + g.names(group) + ")"
			}
			if act.steps {
				act.Key = keys[row.reports[group[0]]]
			}
			s.Acts = append(s.Acts, act)
		}
		s.Rows = append(s.Rows, line)
	}
	slices.SortStableFunc(s.Acts, func(a, b siteAct) int { return cmp.Compare(a.rank(), b.rank()) })
	for i := range s.Acts {
		s.Acts[i].Open = s.Acts[i].Bad || len(s.Acts) <= openActs
	}
}

// groups are the targets on which the same came of an act. The first of each stands for it.
func (row played) groups() (all [][]int) {
	same := map[string]int{}
	for i, a := range row.reports {
		if a == nil {
			continue
		}
		key := "as on the first"
		for n, d := range row.differences {
			if slices.Contains(d.targets, i) {
				key = fmt.Sprint("difference ", n)
			}
		}
		for n, f := range row.failures {
			if slices.Contains(f.targets, i) {
				key += fmt.Sprint(" failure ", n)
			}
		}
		at, known := same[key]
		if !known {
			at = len(all)
			same[key] = at
			all = append(all, nil)
		}
		all[at] = append(all[at], i)
	}
	return all
}

// keysOf says where in the document an act is.
func keysOf(reports []*outcome.Report) map[*outcome.Act]string {
	keys := map[*outcome.Act]string{}
	for r, report := range reports {
		for a, act := range report.Acts {
			keys[act] = fmt.Sprintf("%d.%d", r, a)
		}
	}
	return keys
}

// addData adds the document that the page's script reads, without the events and frames that it does not show,
// and the sentences that tell of the events.
func (s *site) addData(reports []*outcome.Report) error {
	stepped := map[string]bool{}
	for _, a := range s.Acts {
		stepped[a.Key] = a.Key != ""
	}
	d := document.Of(reports)
	sentences := map[string][]string{}
	for r := range d.Runs {
		for a := range d.Runs[r].Acts {
			act, key := &d.Runs[r].Acts[a], fmt.Sprintf("%d.%d", r, a)
			act.Frames, act.Lines = nil, act.Lines[:min(len(act.Lines), pageLines)]
			if !stepped[key] {
				act.Events = nil
				continue
			}
			act.Events = act.Events[:min(len(act.Events), pageEvents)]
			for e := range reports[r].Acts[a].Books.Events {
				if len(sentences[key]) == len(act.Events) {
					break
				}
				sentences[key] = append(sentences[key], picture.Sentence(e))
			}
		}
	}
	data, err := embedded(d)
	if err != nil {
		return err
	}
	told, err := embedded(sentences)
	s.Document, s.Sentences = data, told
	return err
}

// embedded is a value as JSON that can stand in a page: nothing in it ends the element that it is in.
func embedded(value any) (template.JS, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("writing the report as JSON: %w", err)
	}
	return template.JS(document.Harmless(text)), nil
}
