// Package document is what came of runs as data: the JSON that programs read, that the page of a run and the
// laboratory have in them, and that recorded runs are kept as.
package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"
	"unicode/utf8"

	"tutor/runner/escape"
	"tutor/runner/fate"
	"tutor/runner/outcome"
	"tutor/runner/transcript"
)

// Document is what [Write] writes. Fields may be added to it and to what it holds, but none goes or
// changes its meaning. Times are milliseconds, to the microsecond. Bytes of messages that are not
// UTF-8 appear as U+FFFD.
type Document struct {
	// Verdict of all runs together: error, fail, pass, or (if no act was played) left out.
	Verdict outcome.Verdict `json:"verdict"`
	// Runs are scenarios on targets, in the order in which they were given.
	Runs []Run `json:"runs"`
}

// Run is a scenario on a target.
type Run struct {
	// Title of the scenario, and the file it is written in.
	Title string `json:"title"`
	File  string `json:"file"`
	// Target as the user chose it.
	Target string `json:"target"`
	// Verdict is the worst of the acts; left out, if none of them was played.
	Verdict outcome.Verdict `json:"verdict"`
	// ElapsedMS is how long the run took by the wall clock.
	ElapsedMS float64 `json:"elapsed_ms"`
	Acts      []Act   `json:"acts"`
}

// Act is the outcome of an act.
type Act struct {
	Name string `json:"name"`
	// Line of the scenario file where the act starts.
	Line    int             `json:"line"`
	Verdict outcome.Verdict `json:"verdict"`
	// Error says why the verdict is error; else absent.
	Error string `json:"error,omitempty"`
	// Open is set where nothing is expected but that the act comes to its end and its books balance: it is the
	// position of a knob that says nothing else.
	Open bool `json:"open,omitempty"`
	// Clock is virtual or real.
	Clock string `json:"clock"`
	// ClockReason says why it is real where nobody has asked for that; else absent.
	ClockReason string `json:"clock_reason,omitempty"`
	// Product and Version are the broker's own.
	Product string `json:"product"`
	Version string `json:"version"`
	// SpanMS is how long the act took on its timeline, ElapsedMS by the wall clock.
	SpanMS    float64 `json:"span_ms"`
	ElapsedMS float64 `json:"elapsed_ms"`
	// Sent is the number of messages that were published.
	Sent int `json:"sent"`
	// Lines of all actors in the order in which they were printed.
	Lines []Line `json:"lines"`
	// Fates are what became of the copies of the messages, by the name of the fate; copies that
	// cannot be accounted for are under "unaccounted". Absent if the act did not come to its end.
	Fates map[string]Fate `json:"fates,omitempty"`
	// Deliveries are what came to the actors of whom the act expects deliveries, in the order of arrival; Queues
	// what there was at the end in the queues of which it expects something.
	Deliveries map[string][]Delivery `json:"deliveries,omitempty"`
	Queues     map[string]Queue      `json:"queues,omitempty"`
	// Confirms are what the broker told the publishers of whom the act expects confirms.
	Confirms map[string]Confirms `json:"confirms,omitempty"`
	// Tries are the messages that were published more than once.
	Tries []Tries `json:"tries,omitempty"`
	// Questions are what readers are asked before the act is played, with the answers that it gave. Absent if the
	// act did not come to its end.
	Questions []Question `json:"questions,omitempty"`
	// Notes explain what became of messages that were not simply processed.
	Notes []Note `json:"notes"`
	// Deprecated is what the act uses that the newest RabbitMQ denies by default.
	Deprecated []Deprecation `json:"deprecated,omitempty"`
	// Ignored is what the act is played without, of the definitions that its topology is from.
	Ignored []Ignored `json:"ignored,omitempty"`
	// Mismatches are the differences between observation and expectation.
	Mismatches []Mismatch `json:"mismatches"`
	// Outcomes are how the act came out in several plays, the most frequent first; absent for one play.
	Outcomes []Outcome `json:"outcomes,omitempty"`
	// Events are what happened, in order; EventsTruncated is set where there were more. Absent if the act did
	// not come to its end.
	Events          []Event `json:"events,omitempty"`
	EventsTruncated bool    `json:"events_truncated,omitempty"`
	// Frames on the actors' connections, if they were asked for.
	Frames []Frame `json:"frames,omitempty"`
}

// Outcome is one way in which an act came out, of several plays of it.
type Outcome struct {
	// Plays is in how many plays it came out so.
	Plays   int             `json:"plays"`
	Verdict outcome.Verdict `json:"verdict"`
	// Lines are what was observed: "actor: line" for what each actor printed, then "fate: message" for
	// what became of each copy.
	Lines []string `json:"lines"`
}

// Line is a line that an actor printed, or (of the kind "remark") what happened to the actor unseen.
type Line struct {
	AtMS  float64 `json:"at_ms"`
	Actor string  `json:"actor"`
	// Kind is warning, created_exchange, created_queue, bound, bound_exchange, sent, asked, answered, received, returned, confirmed, nacked,
	// cancelled, stopped, error or remark.
	Kind string `json:"kind"`
	// Text is the whole line, as it was printed.
	Text string `json:"text"`
	// Trouble is set where a message was lost, went back, or was refused.
	Trouble bool `json:"trouble,omitempty"`
	// Message is the number of the message that the line is about, as events have it.
	Message uint32 `json:"message,omitempty"`
}

// Fate is which copies met a fate.
type Fate struct {
	Count int `json:"count"`
	// Inferred is of how many copies it is only concluded that they met it.
	Inferred int `json:"inferred,omitempty"`
	// Messages are the bodies of the copies, of the first 100 if there are more.
	Messages []string `json:"messages"`
}

const fateMessages = 100

// Note explains in a sentence what became of some messages.
type Note struct {
	// Event is a fate, "requeued", "published again", "unaccounted" or "undetermined".
	Event string `json:"event"`
	// Messages are some of the bodies it is about.
	Messages []string `json:"messages"`
	// Count is how many copies it is about.
	Count int    `json:"count"`
	Text  string `json:"text"`
	// Inferred is set where neither the broker nor the wire has shown it: it is a conclusion.
	Inferred bool `json:"inferred,omitempty"`
}

// Deprecation is a use of something that the newest RabbitMQ denies by default, and where it is written.
type Deprecation struct {
	// Feature is RabbitMQ's name for it.
	Feature string `json:"feature"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Text    string `json:"text"`
}

// Ignored is something of definitions that an act does not reach, and where it is written.
type Ignored struct {
	// Kind is what it is, such as queue.
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// Mismatch is a difference between observation and expectation, and where that is written.
type Mismatch struct {
	Subject string `json:"subject"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	// Diff leads from what was expected to what was observed.
	Diff []DiffLine `json:"diff"`
}

// DiffLine is a line of a diff.
type DiffLine struct {
	// Op is same, expected (and not observed) or observed (and not expected).
	Op   string `json:"op"`
	Text string `json:"text"`
}

// Frame is a frame in words.
type Frame struct {
	AtMS     float64 `json:"at_ms"`
	Actor    string  `json:"actor"`
	ToBroker bool    `json:"to_broker"`
	Text     string  `json:"text"`
}

// Write writes reports as a [Document].
func Write(w io.Writer, reports []*outcome.Report) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(Of(reports)); err != nil {
		return fmt.Errorf("writing the report as JSON: %w", err)
	}
	if _, err := w.Write(Harmless(text.Bytes())); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// Of is what came of runs.
func Of(reports []*outcome.Report) Document {
	d := Document{Verdict: outcome.WorstOf(reports), Runs: []Run{}}
	for _, r := range reports {
		d.Runs = append(d.Runs, newRun(r))
	}
	return d
}

// Harmless is JSON in which those characters are escaped that JSON permits as they are and that terminals obey, or that turn the
// direction of writing. They can only be inside strings.
func Harmless(text []byte) []byte {
	var out []byte
	for _, r := range string(text) {
		if r >= 0x7f && escape.Harmful(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

func newRun(r *outcome.Report) Run {
	run := Run{
		Title: r.Scenario.Title, File: r.Scenario.Pos.File, Target: r.Target,
		Verdict: r.Verdict(), ElapsedMS: milliseconds(r.Elapsed), Acts: []Act{},
	}
	for _, a := range r.Acts {
		run.Acts = append(run.Acts, OfAct(a))
	}
	return run
}

// OfAct is what came of an act.
func OfAct(a *outcome.Act) Act {
	act := Act{
		Name: a.Act.Name, Line: a.Act.Pos.Line, Verdict: a.Verdict, Open: a.Act.IsOpen(), Clock: string(a.Clock), ClockReason: a.WhyReal,
		Product: a.Product, Version: a.Version,
		SpanMS: milliseconds(a.Span), ElapsedMS: milliseconds(a.Elapsed),
		Lines: make([]Line, len(a.Lines)), Notes: make([]Note, len(a.Notes())),
		Mismatches: make([]Mismatch, len(a.Mismatches)), Frames: make([]Frame, len(a.Frames)),
	}
	if a.Err != nil {
		act.Error = a.Err.Error()
	}
	if a.Books != nil {
		act.Sent, act.Fates = a.Books.Sent, newFates(a.Books)
		act.Events, act.EventsTruncated = newEvents(a.Books), a.Books.Truncated
		act.Deliveries, act.Queues, act.Confirms = newDeliveries(a.Books), newQueues(a.Books), newConfirms(a.Books)
		act.Questions = newQuestions(a)
		for _, t := range a.Books.Tries {
			act.Tries = append(act.Tries, Tries(t))
		}
	}
	for i, l := range a.Lines {
		act.Lines[i] = Line{milliseconds(l.At), a.Act.Cast[l.Actor].Name(), l.Kind.String(), l.String(), l.Trouble, l.Message}
	}
	for _, d := range a.Act.Deprecated() {
		act.Deprecated = append(act.Deprecated, Deprecation{string(d.Feature), d.Pos.File, d.Pos.Line, d.Pos.Column, d.Text})
	}
	for _, i := range a.Act.Before().Ignored {
		act.Ignored = append(act.Ignored, Ignored{i.Kind, i.Name, i.Pos.File, i.Pos.Line, i.Pos.Column})
	}
	for _, o := range a.Outcomes {
		act.Outcomes = append(act.Outcomes, Outcome{o.Plays, o.Report.Verdict, o.Lines})
	}
	for i, n := range a.Notes() {
		act.Notes[i] = Note{n.Event, append([]string{}, n.Messages...), n.Count, n.Text, n.Inferred}
	}
	for i, m := range a.Mismatches {
		act.Mismatches[i] = newMismatch(m)
	}
	for i, f := range a.Frames {
		act.Frames[i] = Frame{milliseconds(f.At), a.Act.Cast[f.Actor].Name(), f.ToBroker, f.Text}
	}
	return act
}

func newFates(books *outcome.Books) map[string]Fate {
	fates := map[string]Fate{}
	for _, f := range append(fate.All(), "") {
		if n := books.Counts[f]; n > 0 {
			fates[outcome.NameOf(f)] = Fate{Count: n, Inferred: books.Inferred[f]}
		}
	}
	for c := range books.Copies {
		if f := fates[outcome.NameOf(c.Fate)]; len(f.Messages) < fateMessages {
			f.Messages = append(f.Messages, c.Message)
			fates[outcome.NameOf(c.Fate)] = f
		}
	}
	return fates
}

func newMismatch(m outcome.Mismatch) Mismatch {
	out := Mismatch{m.Subject, m.Pos.File, m.Pos.Line, m.Pos.Column, make([]DiffLine, len(m.Diff))}
	for i, d := range m.Diff {
		op := "same"
		switch d.Op {
		case transcript.Missing:
			op = "expected"
		case transcript.Extra:
			op = "observed"
		}
		out.Diff[i] = DiffLine{op, d.Text}
	}
	return out
}

// milliseconds rounds to the microsecond: the timeline's hops of a nanosecond mean nothing.
func milliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond).Microseconds()) / 1000
}

func duration(milliseconds float64) time.Duration {
	return time.Duration(math.Round(milliseconds*1000)) * time.Microsecond
}
