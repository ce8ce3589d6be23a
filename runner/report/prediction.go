package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/scenario"
)

// Guess is what somebody has predicted, by the indices of the choices.
type Guess struct {
	outcome.Prediction
	Chosen []int
}

// IsRight reports whether the books say so, too.
func (g *Guess) IsRight() bool { return g.Prediction.IsRight(g.Chosen) }

// Introduce prints what there is to know of an act before its outcome is predicted: its text, its cast, and who is
// connected with what, in lines that are harmless. The act's report does not repeat the text.
func (t *Text) Introduce(a *scenario.Act, connections string) {
	t.introduced = a
	p := t.page()
	p.hanging(strong.of("?")+" ", escape.Text(a.Name), 2, strong)
	if a.About != "" {
		p.paragraphs(a.About, 2, normal)
	}
	p.blank()
	p.hanging("  "+faint.of("cast")+"  ", escape.Text(castOf(a)), 8, normal)
	if connections != "" {
		p.blank()
		p.WriteString(connections)
	}
	t.print(p)
}

// castOf names the actors of an act, with what they are.
func castOf(a *scenario.Act) string {
	var all []string
	for _, actor := range a.Cast {
		role := "publisher"
		switch {
		case actor.Consumer != nil:
			role = "consumer"
		case actor.Client != nil:
			role = "client"
		}
		all = append(all, actor.Name()+" ("+role+")")
	}
	return strings.Join(all, ", ")
}

// Ask prints a question with its choices, which are numbered from 1.
func (t *Text) Ask(q outcome.Prediction) {
	p := t.page()
	text := escape.Text(q.Question)
	if q.Several {
		text += " (all that apply)"
	}
	p.hanging("  ", text, 2, strong)
	digits := len(strconv.Itoa(len(q.Choices)))
	for i, c := range q.Choices {
		p.hanging(fmt.Sprintf("  %*d  ", digits, i+1), escape.Text(c.Text), digits+4, normal)
	}
	t.print(p)
}

// Compare prints what was predicted beside what the books say, and why it came so.
func (t *Text) Compare(guesses []Guess) {
	if len(guesses) == 0 {
		return
	}
	p := t.page()
	for i, g := range guesses {
		if i > 0 {
			p.blank()
		}
		label := bad.of(mark(outcome.Fail)+" wrong") + "  "
		if g.IsRight() {
			label = good.of(mark(outcome.Pass)+" right") + "  "
		}
		p.hanging("  "+label, escape.Text(g.Question), 11, strong)
		if !g.IsRight() {
			beside(p, "you", g.texts(func(i int) bool { return slices.Contains(g.Chosen, i) }))
		}
		beside(p, "books", g.texts(func(i int) bool { return g.Choices[i].Right })+concluded(g))
		beside(p, "why", g.Why)
	}
	t.print(p)
}

// beside sets a text below the questions, behind who says so.
func beside(p *page, who, text string) {
	p.hanging(strings.Repeat(" ", 11)+faint.of(pad(who, 7)), escape.Text(text), 18, normal)
}

// texts joins those of some choices.
func (g *Guess) texts(of func(i int) bool) string {
	var all []string
	for i, c := range g.Choices {
		if of(i) {
			all = append(all, c.Text)
		}
	}
	return strings.Join(all, "; ")
}

// concluded says of an answer that nothing has shown it.
func concluded(g Guess) string {
	if g.Inferred {
		return " (inferred)"
	}
	return ""
}

// Score prints how many predictions were right.
func (t *Text) Score(right, all int) {
	p := t.page()
	text := "nothing was predicted"
	if all > 0 {
		text = fmt.Sprintf("%s of %s right", Grouped(right), Counted(all, "prediction"))
	}
	p.line(strong.of(text))
	t.print(p)
}
