package picture

import (
	"fmt"
	"io"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/outcome"
)

// labelBody is how many characters of a message, or of a broker's words, a label in Mermaid's language has.
const labelBody = 40

// Mermaid is an act as a sequence diagram in Mermaid's language, as GitHub draws it.
func Mermaid(a *outcome.Act) string {
	m := &mermaid{sequence: newSequence(a)}
	m.line("sequenceDiagram")
	m.line("    accTitle: %s", mermaidText(a.Act.Name))
	m.participants()
	if len(m.lanes) == 0 {
		m.line("    participant n as nobody")
	}
	for _, r := range m.rows {
		m.row(r)
	}
	for _, n := range m.remarks(a) {
		m.note(none, n)
	}
	return m.String()
}

// remarks are what a picture has to say below its last row.
func (s *sequence) remarks(a *outcome.Act) (all []string) {
	if s.more > 0 {
		more := fmt.Sprint(s.more)
		if s.atLeast {
			more = "at least " + more
		}
		all = append(all, fmt.Sprintf("%s more events are not drawn", more))
	}
	if a.Err != nil {
		all = append(all, "error: "+a.Err.Error())
	}
	switch {
	case a.Books == nil && a.Verdict != outcome.LeftOut:
		all = append(all, "the act did not come to its end: there are no events")
	case len(s.rows) == 0 && s.more == 0:
		all = append(all, "there are no events")
	}
	return all
}

type mermaid struct {
	*sequence
	strings.Builder
}

func (m *mermaid) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

func (m *mermaid) participants() {
	titles := map[laneKind]string{publisherLane: "Publishers", queueLane: "Queues", consumerLane: "Consumers"}
	for i, l := range m.lanes {
		if i == 0 || m.lanes[i-1].kind != l.kind {
			m.line("    box transparent %s", titles[l.kind])
		}
		m.line("    participant %s as %s", id(i), mermaidText(l.name))
		if i == len(m.lanes)-1 || m.lanes[i+1].kind != l.kind {
			m.line("    end")
		}
	}
}

func id(lane int) string { return fmt.Sprintf("l%d", lane+1) }

// row writes a row; where a message is lost, on red.
func (m *mermaid) row(r row) {
	if r.loss {
		m.line("    rect rgba(214, 40, 40, 0.18)")
		defer m.line("    end")
	}
	text := r.text()
	switch {
	case r.jump:
		m.note(none, Moment(r.at))
	case len(r.arrows) > 0:
		for _, to := range r.arrows {
			m.line("    %s%s%s: %s", id(r.lane), r.arrow(), id(to), mermaidText(text))
		}
	default:
		m.note(r.lane, text)
	}
}

func (r row) arrow() string {
	switch {
	case r.inferred && r.loss:
		return "--x"
	case r.inferred:
		return "-->>"
	case r.loss:
		return "-x"
	}
	return "->>"
}

// text is what is said of a row in one line.
func (r row) text() string {
	var parts []string
	if r.loss {
		parts = append(parts, "✕")
	}
	if r.message > 0 {
		parts = append(parts, fmt.Sprintf("[%d]", r.message))
	}
	for _, s := range []string{r.body, r.words} {
		if s != "" {
			parts = append(parts, cut(s, labelBody))
		}
	}
	return strings.Join(append(parts, r.doubt()...), " ")
}

// doubt says of a row that it is a conclusion, or was seen late.
func (r row) doubt() (all []string) {
	switch {
	case r.inferred:
		all = append(all, "(inferred)")
	case r.learned:
		all = append(all, "(seen afterwards)")
	}
	return all
}

func (m *mermaid) note(lane int, text string) {
	text = mermaidText(text)
	switch {
	case len(m.lanes) == 0:
		m.line("    Note over n: %s", text)
	case lane != none:
		m.line("    Note right of %s: %s", id(lane), text)
	case len(m.lanes) == 1:
		m.line("    Note over %s: %s", id(0), text)
	default:
		m.line("    Note over %s,%s: %s", id(0), id(len(m.lanes)-1), text)
	}
}

// mermaidText makes a text harmless in Mermaid's language: each character that can mean something there, or in
// the HTML that is made of it, is given by its number. So is the e of end, which closes a block.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range escape.Text(s) {
		if strings.ContainsRune("#;<>&\"`$\\%{}~|", r) {
			fmt.Fprintf(&b, "#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return endWord(b.String())
}

// endWord gives the e of each word "end" by its number.
func endWord(s string) string {
	all := strings.Split(s, " ")
	for i, w := range all {
		if strings.EqualFold(w, "end") {
			all[i] = fmt.Sprintf("#%d;%s", w[0], w[1:])
		}
	}
	return strings.Join(all, " ")
}

// WriteMermaid writes the acts of runs as Markdown: a heading and a diagram each.
func WriteMermaid(w io.Writer, reports []*outcome.Report) error {
	var b strings.Builder
	for _, r := range reports {
		if len(r.Acts) == 0 {
			fmt.Fprintf(&b, "### %s (%s)\n\nleft out, none of its acts was played\n\n", markdown(r.Scenario.Title), markdown(r.Target))
		}
		for _, a := range r.Acts {
			fmt.Fprintf(&b, "### %s: %s (%s, %s)\n\n```mermaid\n%s```\n\n", markdown(r.Scenario.Title), markdown(a.Act.Name), markdown(r.Target), a.Verdict, Mermaid(a))
		}
	}
	if _, err := io.WriteString(w, strings.TrimSuffix(b.String(), "\n")); err != nil {
		return fmt.Errorf("writing the diagrams: %w", err)
	}
	return nil
}

// markdown makes a text harmless in a heading.
func markdown(s string) string {
	return strings.NewReplacer(
		`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "[", `\[`, "#", `\#`, "~", `\~`,
	).Replace(escape.Text(s))
}
